/**
 * SECRET_IN_TEXT: the document seems to hold a password, key or token. Whoever can read the plan, its history or its exports can use it.
 * Take it out, change it where it is valid, and name the place it is kept in instead. The message never repeats it.
 */
import { distinct, type Finding, type LintRule } from './rule.ts'
import { textsOf } from './texts-of.ts'

export const secretInText: LintRule = {
  id: 'SECRET_IN_TEXT',
  severity: 'warning',
  check: (draft) => {
    const findings = textsOf(draft).flatMap(({ line, text }): Finding[] => {
      const kind = kinds.find(({ pattern }) =>
        [...text.matchAll(pattern)].some((match) => isSecret(match.groups?.secret ?? '')),
      )
      if (!kind) return []
      return [
        {
          source: { start: line, end: line },
          message: `the line seems to hold ${kind.what}`,
          hint: 'take it out, change it where it is valid, and name where it is kept',
        },
      ]
    })
    return distinct(findings, ({ source }) => source.start)
  },
  examples: {
    finds: [
      '```bash\nDATABASE_URL=postgresql://shop:hunter2@db:5432/shop\n```',
      '```env\nJWT_SECRET=Zk3v9Qm2Lx7RtB8w\n```',
      '- The key is AKIAABCDEFGHIJKLMNOP',
      `\`\`\`bash\ncurl -d '{"password":"Corr3ctHorse"}' https://shop.example/login\n\`\`\``,
    ],
    accepts: [
      '```env\nQUEUE_URL=<queue-address>\nJWT_SECRET=<generate-me>\nTOKEN=$DEPLOY_TOKEN\nAPI_KEY=YOUR_API_KEY\n```',
      '- Rotate the JWT secret regularly',
      'See https://shop.example/login?next=a@b for the form.',
    ],
  },
}

const kinds: { what: string; pattern: RegExp }[] = [
  {
    what: 'a password in an address',
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,80}:(?<secret>[^\s:/@]{1,200})@/gi,
  },
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )?(?<secret>PRIVATE) KEY-----/g },
  {
    what: 'an access key',
    pattern:
      /\b(?<secret>AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|sk_(?:live|test)_[A-Za-z0-9]{16,}|eyJ[\w-]{10,200}\.eyJ[\w-]{10,})/g,
  },
  {
    what: 'a secret value',
    pattern:
      /(?:secret|password|passwd|token|api_?key|private_?key|credentials?)["']?\s?[=:]\s?["']?(?<secret>[^\s"',;]{8,200})/gi,
  },
]

/** Blanks, variables and names of variables are no secrets. */
function isSecret(text: string): boolean {
  return (
    text !== '' && !/^(?:[<$*%[{(]|x{3}|\.{3}|process\.|env\.|generate|change-?me|placeholder)|your[_-]/i.test(text)
  )
}
