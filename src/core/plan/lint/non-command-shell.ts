/** Rule: a shell block holds no command. */
import type { Finding, LintRule } from './rule.ts'

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
    draft.code.flatMap(({ language, content, text, source }): Finding[] => {
      if (!shellLanguages.has(language)) return []
      const holds = content === 'settings' || content === 'comments' ? content : isRecord(text) ? 'notes' : undefined
      if (holds === undefined) return []
      const hint = holds === 'settings' ? 'mark it as `env`' : 'write the commands, or make it a list'
      return [{ source, message: `the shell block holds only ${holds}, no command`, hint }]
    }),
  examples: {
    finds: [
      '```bash\n# move a tenth of the traffic\n```',
      '```bash\nPORT=8080\nMODE=live\n```',
      '```bash\nTask: build 41\nResult: passed\n```',
    ],
    accepts: [
      '```bash\n# restart\nsystemctl restart shop\n```',
      '```env\nPORT=8080\n```',
      '```bash\nexport PORT=8080\n```',
    ],
  },
}

/** "Task: …" and "Command: …" on every line: what was done, written down. */
function isRecord(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.length > 0 && lines.every((line) => /^\s*[A-Z][A-Za-z ]{1,20}: \S/.test(line))
}
