/** Findings as SARIF 2.1.0, which code hosts show beside the lines of a change. */
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { RuleText } from '../core/plan/lint/rule.ts'

/** `rules` are the known ones; findings of the importer and the binder bring only their name. */
export function toSarif(diagnostics: readonly Diagnostic[], rules: ReadonlyMap<string, RuleText>): object {
  const ids = [...new Set(diagnostics.map(({ ruleId }) => ruleId))].sort()
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tidegate', rules: ids.map((id) => describeRule(id, rules.get(id))) } },
        results: diagnostics.map((diagnostic) => toResult(diagnostic, ids)),
      },
    ],
  }
}

function describeRule(id: string, rule: RuleText | undefined): object {
  if (!rule) return { id }
  return {
    id,
    shortDescription: { text: rule.summary },
    help: { text: `${rule.why} ${rule.instead}` },
    defaultConfiguration: { level: rule.severity },
  }
}

function toResult({ ruleId, severity, message, hint, source }: Diagnostic, ids: readonly string[]): object {
  const file = source?.file
  return {
    ruleId,
    ruleIndex: ids.indexOf(ruleId),
    level: severity,
    message: { text: hint === undefined ? message : `${message}. Instead: ${hint}` },
    ...(source && file !== undefined
      ? {
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(file) },
                region: { startLine: source.start, endLine: source.end },
              },
            },
          ],
        }
      : {}),
  }
}
