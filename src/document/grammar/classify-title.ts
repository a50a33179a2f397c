/** What a heading or label announces, from the words people use for it in several languages. */
import { bareTitle, foldCase } from '../markdown/clean-text.ts'

export type Role =
  | 'triggers'
  | 'checklist'
  | 'nextSteps'
  | 'entry'
  | 'criteria'
  | 'rollback'
  | 'risks'
  | 'mitigation'
  | 'approval'
  | 'people'
  | 'timing'
  | 'target'
  | 'objective'
  | 'steps'
  | 'flags'
  | 'communication'
  | 'monitoring'
  | 'tickets'

/** First match wins: the more particular stand first. */
const roles: [Role, RegExp][] = [
  [
    'triggers',
    /\btriggers?\b|\broll-? ?back\b.*\b(?:if|when|se|si|quando)\b|\bwhen to (?:roll-? ?back|abort|halt|revert|stop)\b|\bred flags?\b|\b(?:halt|abort|stop|kill|pause|rollback|roll back|roll-back) (?:rules?|criteria|conditions?|thresholds?|signals?|if|when)\b|^alert(?:a?s|es)?$|^alertas?\b|\balert(?:ing)? (?:conditions?|rules?|thresholds?)$|declencheurs?|seuils? d.arret|gatilhos?|criterios de (?:rollback|reversao)|回滚条件|中止条件/,
  ],
  ['checklist', /check-?lists?\b|\bpre-?requisites$|liste de controle|lista de verificacao|检查清单/],
  ['nextSteps', /^next steps?\b|^follow-?ups?\b|prochaines etapes|proximos passos|后续步骤/],
  [
    'entry',
    /\bentry (?:criteria|conditions?|gates?|requirements?)\b|\bpreconditions?\b|\bpre-?requisites?\b|criteres d.entree|criterios de entrada/,
  ],
  [
    'criteria',
    /\b(?:success|exit|acceptance|completion|pass|promotion|advancement|validation|go|launch) (?:criteri(?:a|on)|conditions?|metrics?|indicators?|measures?|thresholds?|gates?)\b|\bdefinition of done\b|\bgo ?\/ ?no-?go\b|\bslos?\b|^(?:quality |verification |exit )?gates?\b|\bkpis?\b|criteres de (?:succes|sortie|reussite|validation)|metriques (?:critiques|finales|de succes)|criterios? de (?:sucesso|saida|aceitacao)|metricas? de sucesso|^criterios?$|^criteres?$|^criteri(?:a|on)$|成功(?:标准|指标|基準)|验收标准|退出(?:条件|标准)/,
  ],
  [
    'rollback',
    /\broll-?backs?\b|\broll back\b|\brevert(?:ing)?\b|\bback-?out\b|\bkill switch\b|retour arriere|reversao|回滚|ロールバック/,
  ],
  ['mitigation', /\bmitigations?\b|attenuations?|mitigacao/],
  ['risks', /\brisks?\b|risques?\b|riscos?\b|风险/],
  [
    'approval',
    /\bsignatures?\b|\bsign(?:ed)?[ -]?offs?\b|\bapprov(?:als?|ed|ed by|ers?)\b|approbations?|assinaturas?|aprovac|批准/,
  ],
  [
    'people',
    /^(?:phase |primary |emergency |support |key )?(?:owners?|ownership|leads?|dri|responsib(?:le|ility|ilities)|contacts?|stakeholders?|on-?call|roles?)\b|responsables?|responsaveis|equipe|负责人/,
  ],
  ['communication', /\bcommunications?\b|comunicacao|沟通/],
  ['tickets', /^(?:tracking )?(?:tickets?|issues?)$/],
  [
    'timing',
    /^(?:timing|duration|time ?line|time ?frame|schedule|when|dates?|period|window|bake|soak)\b|\b(?:timeline|schedule|milestones?|calendar|bake time|soak time)\b|\bduree\b|calendrier|cronograma|duracao|时间(?:表|线)/,
  ],
  [
    'target',
    /^(?:target|audience|scope|traffic|users?|environment|cohorts?|population|percentage|percent|rollout ?%|rollout percentage|exposure|cible|perimetre|trafic|alvo|publico|trafego)(?: (?:audience|users?|group|percentage|split|share))?$/,
  ],
  ['objective', /^(?:goals?|objectives?|purpose|aim|intent|objectifs?|buts?|objetivos?|目标)\b/],
  ['flags', /\bfeature flags?\b|\bflags?\b|\btoggles?\b/],
  ['steps', /\bsteps?\b|\bactivities\b|^actions?\b|^tasks?\b|\bprocedures?\b|^etapes\b|^passos\b|步骤/],
  ['monitoring', /\bmonitoring\b|\bkey metrics\b|\bobservability\b|surveillance|monitoramento|监控/],
]

/** `undefined` when the title announces nothing known: its parent's role then goes on. */
export function classifyTitle(title: string): Role | undefined {
  const words = foldCase(bareTitle(title))
  return words.length > 120 ? undefined : roles.find(([, pattern]) => pattern.test(words))?.[0]
}

/** What a trigger under this title is to do. */
export function triggerAction(title: string): 'rollBack' | 'halt' | 'pause' | 'notify' | undefined {
  const words = foldCase(title)
  if (/\broll-? ?back|revert|reversao|retour arriere|回滚/.test(words)) return 'rollBack'
  if (/\bhalt|\bstop|\babort|\barret|中止/.test(words)) return 'halt'
  if (/\bpauses?\b|\bhold\b/.test(words)) return 'pause'
  return /\balert(?:e?s?|as?|ing)\b|\bnotify|\bpage\b|\binvestigat/.test(words) ? 'notify' : undefined
}
