/** The vocabulary of rollouts: words that name a stage without numbering it, and titles that announce a list of stages. */
import { foldCase } from '../markdown/clean-text.ts'

const stageWord =
  /\b(?:staging|canar(?:y|i)|pilot|alpha|beta|internal|dogfood(?:ing)?|employees?|friends|early (?:adopters?|access)|limited|partial|gradual|ramp(?:[- ]?up)?|expan(?:d|ded|sion)|full|general availability|ga|production|prod|soak|(?:pre|post)[- ]?(?:launch|deploy(?:ment)?|cutover|release|rollout)|launch|shadow|dark launch|go[- ]?live|cut-?over|validation|preparation|stabili[sz]ation|hyper-?care|hand-?over|decommission(?:ing)?|soft launch|closed|open|public|private|preproduction|recette|production|piloto|sandbox|poc|generalisation|producao|homologacao)\b/

const announcing = [
  /\b(?:roll-?out|release|deployment|launch|cut-?over|migration|canary|ramp(?:[- ]up)?|promotion|traffic|deploiement|implantacao)\b.*\b(?:phases?|stages?|waves?|plan|strategy|schedule|sequence|ladder|progression|timeline|approach|steps?|rings?|etapes|etapas|fases|estrategia|estrategie|calendrier|cronograma)\b/,
  /\b(?:phased|staged|progressive|gradual|incremental|percentage)[- ](?:roll-?out|release|deployment|delivery|ramp(?:[- ]up)?|approach|enablement)/,
  /\b(?:phases?|stages?|waves?|rings?|cohorts?|etapes|etapas|fases) (?:of|for|de|du|do|definitions?|overview)\b/,
  /^(?:key )?(?:phases?|stages?|waves?|rings?|cohorts?|time ?line|schedule|roll-?out|milestones?|etapes|etapas|fases|calendrier|cronograma)(?: (?:and|&|et|e) \S+)?$/,
  /\b(?:timeline|milestones)\b/,
  /단계별|점진적 ?(?:배포|활성화)|배포 ?(?:단계|계획|전략)|롤아웃/,
]

/** "Canary", "Internal QA", "General Availability": a name that a stage of a rollout could have. */
export function namesStage(text: string): boolean {
  return stageWord.test(foldCase(text)) || /카나리|내부|베타|파일럿|전체/.test(text)
}

/** "Rollout phases", "Deployment strategy", "Timeline & milestones": what stands under such a title may be stages. */
export function announcesStages(title: string): boolean {
  const words = foldCase(title)
    .replace(/^[\d.)\s]+/, '')
    .trim()
  return words.length <= 80 && announcing.some((pattern) => pattern.test(words))
}

/** "Full rollout", "General availability", "All users": everybody, without the number. */
export function namesEverybody(text: string): boolean {
  return /(?:^|[:：] ?)(?:전체|전면)(?: ?(?:사용자|배포|공개))?$|\bfull(?:[- ]scale)? (?:production|roll-?out|deployment|release|launch|traffic|availability|enablement|cut-?over)\b|\bgeneral availability\b|\bga\b(?! ?[a-z])|\b(?:all|every|tous les|todos os) (?:users?|customers?|traffic|tenants?|repositories|regions?|shops?|utilisateurs|usuarios)\b|\bevery(?:one|body)\b|\bvollrollout\b|\b(?:deploiement|rollout|lancamento|despliegue) (?:complet|completo|total|geral|general)\b/.test(
    foldCase(text),
  )
}

/** The platform a ladder is for, where its title names one: "iOS" for "iOS App Store Rollout". */
export function platformOf(title: string): string | undefined {
  // "Observation windows" are no platform.
  return /\b(?:iOS|Android|Web|Mobile|Desktop|Backend|Frontend|API|macOS|(?<=^|\bfor |\bon )Windows|Flutter|Play Store|App Store)\b/i.exec(
    title,
  )?.[0]
}
