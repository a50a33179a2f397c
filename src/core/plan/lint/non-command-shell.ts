/** Rule: a shell block holds no command. */
import type { LintRule } from './rule.ts'

/** Languages of code blocks that are meant to be run. */
export const shellLanguages: ReadonlySet<string> = new Set([
  'bash',
  'sh',
  'shell',
  'zsh',
  'console',
  'shell-session',
  'powershell',
  'ps1',
  'fish',
  'bat',
  'cmd',
])

export const nonCommandShell: LintRule = {
  id: 'NON_COMMAND_SHELL',
  severity: 'note',
  summary: 'a block is marked as shell but holds only settings or comments',
  why: 'There is nothing to run in it, and a reader may take the step for automated.',
  instead: 'Mark settings as `env`, and write what a comment describes as text or as real commands.',
  check: (draft) =>
    draft.code
      .filter(
        ({ language, content }) => shellLanguages.has(language) && (content === 'settings' || content === 'comments'),
      )
      .map(({ source, content }) => ({
        source,
        message: `the shell block holds only ${content}, no command`,
        hint: content === 'settings' ? 'mark it as `env`' : 'write the commands, or make it a list',
      })),
  examples: {
    finds: ['```bash\n# move a tenth of the traffic\n```', '```bash\nPORT=8080\nMODE=live\n```'],
    accepts: [
      '```bash\n# restart\nsystemctl restart shop\n```',
      '```env\nPORT=8080\n```',
      '```bash\nexport PORT=8080\n```',
    ],
  },
}
