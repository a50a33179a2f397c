/** Rule: a rollback runs a migration command that reverts nothing. */
import { distinct, type Finding, type LintRule } from './rule.ts'

export const migrationNotReverted: LintRule = {
  id: 'MIGRATION_NOT_REVERTED',
  severity: 'warning',
  summary: 'the rollback runs a migration command that reverts nothing: it only marks a migration, or migrates forward',
  why: 'The old version meets the new schema, and whoever ran the command believes otherwise. `prisma migrate resolve --rolled-back` even refuses a migration that succeeded.',
  instead:
    'Keep migrations expand-only, so that the old version runs on the new schema, or write the script that undoes it and try it on a copy.',
  check: (draft) => {
    const blocks = draft.rollback.steps.flatMap(({ code }) => code)
    const lines = blocks.flatMap(({ text, source }) =>
      text.split('\n').map((line, index) => ({ line, at: source.start + 1 + index })),
    )
    const prose = draft.rollback.steps.flatMap(({ text, details, source }) =>
      [text, ...details].map((line) => ({ line, at: source.start })),
    )
    const findings = [...lines, ...prose].flatMap(({ line, at }): Finding[] => {
      const found = /^\s*(?:#|\/\/)/.test(line) ? undefined : commands.find(({ pattern }) => pattern.test(line))
      if (!found) return []
      return [
        {
          source: { start: at, end: at },
          message: `the rollback ${found.does}`,
          hint: 'keep migrations expand-only, or write the script that undoes this one',
        },
      ]
    })
    return distinct(findings, ({ source }) => source.start)
  },
  examples: {
    finds: [
      '## Rollback\n```bash\nnpx prisma migrate resolve --rolled-back 20240501_add_orders\n```',
      '## Rollback\n```bash\ngit checkout v1\npython manage.py migrate\n```',
      '## Rollback\n```bash\nalembic upgrade head\n```',
    ],
    accepts: [
      '## Rollback\n```bash\nalembic downgrade -1\n```',
      '## Rollback\n```bash\npython manage.py migrate orders 0041\n```',
      '## Deployment\n```bash\nnpx prisma migrate deploy\n```',
    ],
  },
}

const commands: { pattern: RegExp; does: string }[] = [
  { pattern: /\bprisma migrate resolve\b.*--rolled-back/, does: 'only marks a migration as rolled back' },
  { pattern: /\bprisma (?:migrate deploy|db push)\b/, does: 'migrates forward (prisma migrate deploy)' },
  { pattern: /\balembic (?:upgrade|stamp)\b/, does: 'migrates forward or only marks (alembic)' },
  {
    pattern: /\bmanage\.py migrate(?: *(?:--?[a-z].*)?|\s+#.*)?$/,
    does: 'migrates forward (manage.py migrate without a target)',
  },
  { pattern: /\b(?:rails|rake) db:migrate(?!:(?:down|redo))\b(?!.*VERSION=)/, does: 'migrates forward (db:migrate)' },
  { pattern: /\bflyway (?:migrate|repair)\b/, does: 'migrates forward or only repairs (flyway)' },
  {
    pattern: /\bknex migrate:latest\b|\bsequelize(?:-cli)? db:migrate(?!:undo)\b|\btypeorm\b.*\bmigration:run\b/,
    does: 'migrates forward',
  },
]
