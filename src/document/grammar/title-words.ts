/**
 * The words by which people title the parts of a plan, one row a meaning and one column a language. To teach the importer a language, or a
 * word, add it here: patterns are matched against the title in lower case without accents, pictures, numbering and the closing colon.
 * The first row that matches counts, so the more particular stand first.
 */
export type Role =
  | 'triggers'
  | 'checklist'
  | 'appendix'
  | 'commits'
  | 'nextSteps'
  | 'entry'
  | 'criteria'
  | 'rollback'
  | 'mitigation'
  | 'risks'
  | 'approval'
  | 'exclusions'
  | 'dependencies'
  | 'windows'
  | 'changelog'
  | 'people'
  | 'communication'
  | 'tickets'
  | 'timing'
  | 'target'
  | 'objective'
  | 'flags'
  | 'steps'
  | 'monitoring'

interface TitleWords {
  role: Role
  en: RegExp
  fr?: RegExp
  pt?: RegExp
  es?: RegExp
  de?: RegExp
  /** Chinese and Japanese. */
  zh?: RegExp
  ko?: RegExp
}

export const titleWords: readonly TitleWords[] = [
  {
    role: 'triggers',
    es: /criterios? de (?:rollback|parada)|disparadores?/,
    de: /abbruch-?kriterien|rollback-?kriterien/,
    en: /(?<!^)\btriggers?\b(?! (?:the|an?|this)\b)|^triggers?(?=$|s\b|[:(/&]| (?:for|to|when|if|on|and|conditions?|criteri(?:a|on)|thresholds?|metrics?|events?|rules?|matrix|table|list|points?|levels?|signals?|summary|owners?)\b)|\broll-? ?back\b.*\b(?:if|when)\b|\bwhen (?:to|do we|should we) (?:roll-? ?back|abort|halt|revert|stop)\b|^(?:pause|halt|stop|abort|roll-? ?back|reduce|freeze|hold)\b.{0,30}\b(?:if|when)\b|^no-?go\b|^do not (?:proceed|continue|advance|promote)\b|\bred flags?\b|\b(?:halt|abort|stop|kill|pause|rollback|roll back|roll-back|block|blocking|failure) (?:rules?|criteria|conditions?|thresholds?|signals?|if|when)\b|^(?:(?!(?:and|up|configure|enable|test)\b)[\w-]+ ){0,2}alerts?(?: \([^()]*\))?$|\balert(?:ing)? (?:conditions?|rules?|thresholds?)$/,
    fr: /declencheurs?|seuils? d.arret|^alertes?\b|criteres? d.arret/,
    pt: /gatilhos?|criterios de (?:rollback|reversao)|^alertas?\b|\brollback\b.*\b(?:se|quando)\b|\bquando\b.*\brollback\b/,
    zh: /回滚条件|中止条件|ロールバック(?:基準|条件|トリガー)|中止基準/,
    ko: /롤백 ?(?:트리거|조건|기준)|중단 ?(?:조건|기준)|^트리거|^경고/,
  },
  {
    role: 'checklist',
    en: /check-?lists?\b|\bpre-?requisites$/,
    fr: /liste de controle|liste de verification/,
    pt: /lista de verificacao|pre-?check/,
    zh: /检查清单/,
    ko: /체크 ?리스트|점검표/,
  },
  {
    role: 'appendix',
    en: /^(?:\d+[.)]? )?(?:appendix|annex)\b|\btemplates?$|\bexamples?$|^(?:example|sample|lessons learned|troubleshooting|faq|glossary|references?)\b|^(?:useful |helpful |key )?(?:commands|scripts)\b/,
    fr: /^annexes?\b|^exemples?\b|^commandes\b/,
    pt: /^anexos?\b|^exemplos?\b|^comandos\b/,
    zh: /^附录|^付録|^例$/,
    ko: /^부록|^예시$/,
  },
  {
    role: 'commits',
    en: /\bnext (?:\d+ |few |five )?(?:commits|merges|pull requests|prs)\b|\bcommit (?:tracker|sequence|order)\b/,
  },
  {
    role: 'nextSteps',
    en: /^next steps?\b|^follow-?ups?\b/,
    fr: /prochaines etapes/,
    pt: /proximos passos/,
    zh: /后续步骤/,
    ko: /다음 단계/,
  },
  {
    role: 'entry',
    es: /requisitos previos|criterios? de entrada/,
    de: /voraussetzungen|eingangskriterien/,
    en: /\bentry (?:criteria|conditions?|gates?|requirements?)\b|\bpreconditions?\b|\bpre-?requisites?\b/,
    fr: /criteres? d.entree|pre-?requis/,
    pt: /criterios? de entrada|pre-?requisitos/,
    ko: /선행 ?조건|사전 ?조건|진입 ?조건/,
  },
  {
    role: 'criteria',
    es: /criterios? de (?:exito|salida|aceptacion)|metricas? de exito/,
    de: /erfolgskriterien|abnahmekriterien|go\/no-go[- ]kriterien|^kriterien$/,
    en: /\b(?:success|exit|acceptance|completion|pass|promotion|advancement|validation|go|launch|graduation) (?:criteri(?:a|on)|conditions?|metrics?|indicators?|measures?|thresholds?|gates?)\b|\bdefinition of done\b|\bgo ?\/ ?no-?go\b|^go(?: if)?$|^(?:only )?(?:proceed|scale|advance|promote|continue|expand)\b.{0,30}\bif\b|\bgate (?:criteria|checks?|conditions?|requirements?)\b|^(?:each|every|all) gates?\b|\bslos?\b|^(?:quality |verification |exit )?gates?\b|\bkpis?\b|^criteri(?:a|on)$|^success(?: if| when)?$/,
    fr: /criteres? de (?:succes|sortie|reussite|validation|passage)|metriques (?:critiques|finales|de succes)|^criteres?$/,
    pt: /criterios? de (?:sucesso|saida|aceitacao|avanco)|metricas? de sucesso|^criterios?$/,
    zh: /成功(?:标准|指标|基準)|验收标准|退出(?:条件|标准)|完了条件|合格基準/,
    ko: /성공 ?(?:기준|조건|지표)|승급 ?(?:기준|조건)|완료 ?(?:기준|조건)|게이트|수용 ?기준/,
  },
  {
    role: 'rollback',
    en: /\broll-?backs?\b|\broll back\b|\brevert(?:ing)?\b|\bback-?out\b|\bkill switch\b|\bfailure handling\b|\bcontingency\b|\bfall-?back (?:plans?|procedures?|strategy)\b|\bif (?:it|things|something|anything) goes? wrong\b|\b(?:disaster )?recovery (?:plan|procedure)s?\b/,
    fr: /retour arriere|plan de (?:repli|secours)/,
    pt: /reversao|contingencia/,
    zh: /回滚|ロールバック/,
    ko: /롤백|복구|되돌리기/,
  },
  { role: 'mitigation', en: /\bmitigations?\b/, fr: /attenuations?/, pt: /mitigacao|mitigacoes/, ko: /완화|대응책/ },
  {
    role: 'risks',
    es: /riesgos?\b/,
    de: /risiken|risiko/,
    en: /\brisks?\b/,
    fr: /risques?\b/,
    pt: /riscos?\b/,
    zh: /风险|リスク/,
    ko: /리스크|위험/,
  },
  {
    role: 'approval',
    en: /\bsignatures?\b|\bsign(?:ed)?[ -]?offs?\b|\bapprov(?:als?|ed|ed by|ers?)\b/,
    fr: /approbations?|signataires?/,
    pt: /assinaturas?|aprovac/,
    zh: /批准|承認/,
    ko: /승인/,
  },
  {
    role: 'exclusions',
    en: /^(?:out of scope|excluded|exclusions?|non-?goals?|not included|not in scope|won.t do)\b/,
    fr: /^(?:hors perimetre|exclus(?:ions)?)\b/,
    pt: /^(?:fora (?:de|do) escopo|exclusoes|excluidos?)\b/,
  },
  {
    role: 'dependencies',
    en: /^(?:external )?dependenc(?:y|ies)\b|^depends on\b|\bexternal dependencies\b|^blockers?$/,
    fr: /^dependances?\b/,
    pt: /^dependencias?\b/,
    zh: /依赖/,
    ko: /의존성/,
  },
  {
    role: 'windows',
    en: /\b(?:deployment|deploy|release|change|maintenance|launch) windows?$|^freezes?(?: (?:and|&) .*)?$|\b(?:code|change|deploy(?:ment)?|release|feature|holiday|production|and|&) freezes?$|\bblackout (?:dates?|periods?)\b/,
    fr: /fenetres? de (?:tir|deploiement|maintenance)|\bgel\b/,
    pt: /janelas? de (?:deploy|implantacao|manutencao|mudanca)|congelamento/,
  },
  {
    role: 'changelog',
    en: /\bchange ?log\b|\bchange history\b|\brevision history\b|\bversion history\b/,
    fr: /historique/,
    pt: /historico de (?:mudancas|versoes|revisoes)/,
  },
  {
    role: 'people',
    es: /responsables?|contactos?/,
    de: /verantwortlich|ansprechpartner|zustandig/,
    en: /^(?:phase |primary |emergency |support |key |change |release |rollout |deployment |technical |business )?(?:owners?|ownership|leads?|dri|responsib(?:le|ility|ilities)|contacts?|stakeholders?|on-?call|roles? (?:and|&)|team responsibilities|manager)\b|^who (?:decides|approves|owns|is on call)\b|\bworkstreams?\b.*\bleads?\b/,
    fr: /responsables?|equipe/,
    pt: /responsaveis|responsavel|contatos?|equipe/,
    zh: /负责人|責任者|担当/,
    ko: /담당자?|책임자?|^오너|역할/,
  },
  {
    role: 'communication',
    en: /\bcommunications?\b|\bcomms\b|^announcements?\b/,
    pt: /comunicacao|comunicacoes/,
    zh: /沟通|コミュニケーション/,
    ko: /커뮤니케이션|공지/,
  },
  { role: 'tickets', en: /^(?:tracking )?(?:tickets?|issues?)$/ },
  {
    role: 'timing',
    es: /duracion|cronograma/,
    de: /^dauer\b|zeitplan|zeitraum/,
    en: /^(?:timing|duration|time ?line|time ?frame|schedule|when|dates?|period|window|bake|soak)\b|\b(?:timeline|schedule|milestones?|calendar|(?:bake|soak|hold) times?|(?:observation|monitoring|bake|soak) (?:windows?|periods?))\b/,
    fr: /\bduree\b|calendrier|\bjalons?\b/,
    pt: /cronograma|duracao|\bmarcos\b/,
    zh: /时间(?:表|线)|^期間$|スケジュール/,
    ko: /일정|기간|타임라인/,
  },
  {
    role: 'target',
    es: /^(?:alcance|publico|usuarios)$/,
    de: /^(?:teilnehmer|zielgruppe|umfang)$/,
    en: /^(?:target|audience|scope|traffic|users?|environment|cohorts?|population|percentage|percent|rollout ?%|rollout percentage|exposure|who|in scope|included)(?: (?:audience|users?|group|percentage|split|share|routing))?$/,
    fr: /^(?:cible|perimetre|trafic|utilisateurs?|public)(?: vises?)?$/,
    pt: /^(?:alvo|publico|trafego|usuarios?|escopo)(?:-alvo)?$/,
    ko: /^(?:대상|범위|사용자)$/,
  },
  {
    role: 'objective',
    es: /^objetivos?\b/,
    de: /^ziele?\b/,
    en: /^(?:goals?|objectives?|purpose|aim|intent)\b/,
    fr: /^(?:objectifs?|buts?)\b/,
    pt: /^objetivos?\b/,
    zh: /^目标|^目的/,
    ko: /^(?:목표|목적)/,
  },
  { role: 'flags', en: /\bfeature flags?\b|\bflags?\b|\btoggles?\b/ },
  {
    role: 'steps',
    es: /^pasos\b|^actividades\b/,
    de: /^aktivitaten\b|^schritte\b/,
    en: /\bsteps?\b|\bactivities\b|^actions?\b|^tasks?\b|\bprocedures?\b/,
    fr: /^etapes\b|^actions?\b/,
    pt: /^passos\b|^atividades\b/,
    zh: /步骤|^手順|実施内容/,
    ko: /절차|^(?:작업|활동)/,
  },
  {
    role: 'monitoring',
    es: /monitoreo|monitorizacion/,
    de: /uberwachung|^metriken\b/,
    en: /\bmonitoring\b|\bkey metrics\b|\bobservability\b/,
    fr: /surveillance/,
    pt: /monitoramento|monitorizacao/,
    zh: /监控|監視/,
    ko: /모니터링|관측/,
  },
]
