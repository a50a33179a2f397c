/** What the columns of a table mean, by what people call them. */
import { bareTitle, foldCase } from '../markdown/clean-text.ts'
import { emptyLine, type Line } from '../markdown/read-lines.ts'
import type { Block } from '../markdown/read-tree.ts'

export type Table = Extract<Block, { kind: 'table' }>

/** Matched against the header in lower case, without accents and pictures. A language's words stand in the same row. */
export const columns = {
  stage: /^(?:phases?|stages?|waves?|steps?|rings?|weeks?|days?|etapes?|fases?|vagues?|阶段|フェーズ|段階|단계)$/,
  percent:
    /^(?!.*\b(?:risk|error|success|coverage|confidence|cpu|memory)\b).*%|percent|^(?:target |initial )?(?:users?|audience|cohorts?|population)$|^traffic|^trafic|^trafego|^share$|^exposure$|^scope$|比例|^대상$|비율|트래픽/,
  duration:
    /^(?:duration|time ?line|schedule|(?:bake|soak|hold|wait|observation|monitoring|watch)(?: times?| for| periods?| windows?)?|time|days?|weeks?|dates?|when|duree|duracao|period|时间|期間|スケジュール|기간|일정)$/,
  date: /^(?:dates?|start(?: date)?|when|target date|due|eta|data|quando|quand)$/,
  name: /^(?:names?|titles?|nom|nome)$/,
  status: /^(?:status|state|done|statut|estado)$/,
  objective:
    /^(?:objectives?|goals?|milestones?|deliverables?|activit(?:y|ies)|description|focus|purpose|内容|目標|目的|목표|내용|objectifs?|objetivos?)$/,
  owner:
    /^(?:owners?|責任者|担当|负责人|approvers?|aprovador|dri|responsible|responsibility|assignee|responsables?|responsavel|gate owner|담당자?|책임자|오너)$/,
  lead: /^(?:leads?|(?:primary )?stakeholders?|team)$/,
  gate: /^(?:gates?|exit criteria|success criteria|entry criteria|go criteria|go ?\/ ?no-?go)$/,
  metric:
    /^(?:criteri(?:on|a)|(?:health )?checks?|metrics?|kpi|sli|indicator|measure|slo|metriques?|metricas?|indicateurs?|indicadores?|criteres?|criterios?|signal|지표|항목|指标|指標|メトリクス)$/,
  threshold:
    /^(?:targets?|(?:(?:pass(?:ing)?|success|go|minimum|required|acceptance) )?thresholds?|expected|go(?: criteria)?|pass(?:ing)?(?: criteria)?|success(?: criteria)?|slo|value|cible|seuil|metas?|alvo|limit|limite|limiar|objectif|基準|目標値?|目标值?|임계값|임계치|기준|阈值|しきい値)$/,
  /** Whether something holds, to be filled in. */
  pass: /^(?:pass(?:ed)?\?|met\??|required|actual|go ?\/ ?no-?go\??|achieved\??)$/,
  /** Over which time a threshold is measured. */
  window: /^(?:measurement |evaluation |time |rolling )?windows?$|^sustained(?: for)?$|^over$/,
  halt: /^(?:critical|critico|critique|rollback|halt|abort|no-?go|fail(?:ure)?|stop|trigger)(?: (?:if|when|at|thresholds?|triggers?|criteria))?$|^rollback|\brollback$/,
  alert: /^(?:alarm|alert|warn(?:ing)?)(?:s|ing)?(?: (?:if|when|at|thresholds?|levels?))?$|^alertas?$/,
  trigger:
    /^(?:triggers?|conditions?|issues?|signals?|symptoms?|scenarios?|events?|situations?|declencheurs?|gatilhos?|sintomas?|situacao|situacoes|조건|상황|증상)$/,
  action: /^(?:actions?|response|acao|acoes|acciones?|reaction|액션|조치|대응)$/,
  risk: /^(?:risks?|risques?|riscos?|리스크|위험)$/,
  level: /^(?:impact|severity|level|gravite|impacto)$/,
  likelihood: /^(?:probability|likelihood|probabilite|probabilidade)$/,
  mitigation: /^(?:mitigations?|attenuation|mitigacao)$/,
  role: /^(?:roles?|役割|names?|persons?|papel|funcao|cargo|nom|nome|sign-?off|responsables?)$/,
  field: /^(?:fields?|property|item|key)$/,
  value: /^(?:values?|details?)$/,
  flag: /^(?:feature )?(?:flags?|toggles?)(?: (?:key|name))?$/,
  flagState: /^(?:default|state|status|value|initial(?: state)?)$/,
  commit: /^(?:target )?(?:commits?|prs?|pull requests?|merge)$/,
  dependsOn: /^(?:dependenc(?:y|ies)|depends on|requires|prerequisites?|blocked by|dependances?|dependencias?)$/,
  sequence: /^(?:sequence|order|#|no\.?|step|ordre|ordem)$/,
  message: /^(?:communications?|messages?|announcements?|activity|what|content|comunicacao|mensagem)$/,
  audience: /^(?:audience|recipients?|to|who|stakeholders?|public|publico|destinataires?)$/,
  channel: /^(?:channels?|medium|via|canal|canais|canaux)$/,
  cadence: /^(?:cadence|frequency|frequence|frequencia)$/,
} as const
export type Column = keyof typeof columns

/** One row by what its columns mean; the first column of a kind counts. */
export interface Row {
  line: number
  all: Record<string, string>
  get(column: Column): string
  cell(column: Column): Line
}

export interface ReadTable {
  rows: Row[]
  has(...names: Column[]): boolean
}

/** What stands in the row above holds here too. */
const ditto = /^(?:same(?: as above)?|as above|ditto|idem|〃)[.]?$/i

export function readColumns(table: Table): ReadTable {
  const header = table.header.map((name) => foldCase(bareTitle(name)).replace(/ ?\([^()]*\)$|[.…]+$/g, ''))
  const places = new Map<Column, number>()
  const find = (column: Column): number => {
    const place = places.get(column) ?? header.findIndex((name) => columns[column].test(name))
    places.set(column, place)
    return place
  }
  let above: string[] = []
  const rows = table.rows.map(({ cells, line }): Row => {
    const texts = cells.map((cell, index) => (ditto.test(cell.text) ? (above[index] ?? '') : cell.text))
    above = texts
    return {
      line,
      all: Object.fromEntries(table.header.map((name, index) => [name || `column ${index + 1}`, texts[index] ?? ''])),
      get: (column) => texts[find(column)] ?? '',
      cell: (column) => cells[find(column)] ?? emptyLine(line),
    }
  })
  return { rows, has: (...names) => names.every((name) => find(name) >= 0) }
}
