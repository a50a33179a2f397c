/** Tells code blocks apart by what they hold: commands, settings, nothing but comments, or something else. Nothing here is ever run. */
import type { DraftCode } from '../../core/plan/draft.ts'
import { shellLanguages } from '../../core/plan/lint/non-command-shell.ts'
import type { Block } from '../markdown/read-tree.ts'

/** `titles`: those around the block, which say where its settings hold. */
export function readCode(block: Extract<Block, { kind: 'code' }>, titles = ''): DraftCode {
  const { language, text, start, end } = block
  const content = contentOf(language, text)
  const environment = content === 'settings' ? environmentOf(titles) : undefined
  return {
    source: { start, end },
    rule: 'code/fence',
    language,
    content,
    text,
    ...(environment ? { environment } : {}),
  }
}

/** "production" for "Production environment" or `.env.production`; nothing where two are named. */
function environmentOf(titles: string): string | undefined {
  const named = [
    ...titles.matchAll(/\b(production|staging|canary|pre-?production|development|test)\b|\bprod\b|\bdev\b/gi),
  ]
  const known = new Set(
    named.map(([name]) =>
      name
        .toLowerCase()
        .replace(/^prod$/, 'production')
        .replace(/^dev$/, 'development'),
    ),
  )
  return known.size === 1 ? [...known][0] : undefined
}

const settings = new Set(['env', 'dotenv', 'ini', 'properties', 'conf'])
const comment = /^(?:#|\/\/|--(?= )|rem |;)/i
/** `export KEY=value` and `KEY=value command` are commands. */
const setting = /^[A-Za-z_][\w.-]* ?= ?(?:"[^"]*"|'[^']*'|<[^>]*>|[^\s"'<]\S*)?(?:\s+#.*)?$/
const prompt =
  /^(?:[$>%] |(?:sudo|curl|wget|git|npm|npx|yarn|pnpm|docker|docker-compose|kubectl|helm|terraform|make|cd|ssh|psql|aws|gcloud|az|\.\/\S+)\b)/

function contentOf(language: string, text: string): DraftCode['content'] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const isShell = shellLanguages.has(language)
  if (!isShell && language !== '' && !settings.has(language)) return 'other'
  const meaningful = lines.filter((line) => !comment.test(line))
  if (meaningful.length === 0) return lines.length > 0 ? 'comments' : 'other'
  if (meaningful.every((line) => setting.test(line))) return 'settings'
  if (settings.has(language)) return 'settings'
  return isShell || meaningful.some((line) => prompt.test(line)) ? 'commands' : 'other'
}
