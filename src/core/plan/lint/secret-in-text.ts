/** Rule: a password, key or token stands in the document. */
import { findSecrets } from '../../find-secrets.ts'
import { distinct, type Finding, type LintRule } from './rule.ts'
import { textsOf } from './texts-of.ts'

export const secretInText: LintRule = {
  id: 'SECRET_IN_TEXT',
  severity: 'warning',
  summary: 'the document seems to hold a password, key or token',
  why: 'Whoever can read the plan, its history or its exports can use it. Tidegate takes it out of everything it shows or keeps: no finding, draft, view or report repeats it.',
  instead: 'Take it out, change it where it is valid, and name the place it is kept in instead.',
  check: (draft) => {
    const imported = (draft.secrets ?? []).map(({ source, what }) => findingAt(source.start, what))
    const inDraft = textsOf(draft).flatMap(({ line, text }) =>
      findSecrets(text).map(({ what }) => findingAt(line, what)),
    )
    return distinct([...imported, ...inDraft], ({ source }) => source.start)
  },
  examples: {
    finds: [
      '```bash\nDATABASE_URL=postgresql://shop:hunter2@db:5432/shop\n```',
      '```env\nJWT_SECRET=Zk3v9Qm2Lx7RtB8w\n```',
      '- The key is AKIAABCDEFGHIJKLMNOP',
      `\`\`\`bash\ncurl -d '{"password":"Corr3ctHorse"}' https://shop.example/login\n\`\`\``,
      '**Password:** `Corr3ctHorse`',
    ],
    accepts: [
      '```env\nQUEUE_URL=<queue-address>\nJWT_SECRET=<generate-me>\nTOKEN=$DEPLOY_TOKEN\nAPI_KEY=YOUR_API_KEY\n```',
      '- Rotate the JWT secret regularly',
      '- Token: refreshed every morning',
      'See https://shop.example/login?next=a@b for the form.',
    ],
  },
}

function findingAt(line: number, what: string): Finding {
  return {
    source: { start: line, end: line },
    message: `the line seems to hold ${what}`,
    hint: 'take it out, change it where it is valid, and name where it is kept',
  }
}
