import { readFileSync } from 'node:fs'
import { importMarkdown } from './src/document/import-markdown.ts'
import { readTree } from './src/document/read-tree.ts'
import { lintDraft } from './src/core/plan/lint/lint.ts'
const seed = readFileSync('../shared/corpus/texts/seed-004.md', 'utf8')
const cpu = (f: () => void) => { const a = process.threadCpuUsage(); f(); const b = process.threadCpuUsage(a); return (b.user + b.system) / 1000 }
const m = (name: string, text: string, n: number) => { const t = [], p = [], l = []; for (let i = 0; i < n; i++) { p.push(cpu(() => readTree(text))); let r: any; t.push(cpu(() => { r = importMarkdown(text, 'x.md') })); l.push(cpu(() => lintDraft(r.draft))) } console.log(name, text.length, 'parse', Math.min(...p).toFixed(1), 'import', Math.min(...t).toFixed(1), 'lint', Math.min(...l).toFixed(1)) }
m('seed', seed, 30)
m('12K', (seed + seed).slice(0, 12000), 30)
for (const k of [8, 16, 32]) m('x' + k, seed.repeat(k), 2)
const one: Record<string, [string, string]> = { crit: ['## Phase 1\n**Success criteria:**\n', '- Error rate < 1% for 5 minutes, latency (p95) > 2s → rollback\n'], trig: ['## Phase 1\n**Success criteria:**\n', '- E < 1%\n'], row: ['| Phase | % | Duration | Status |\n|---|---|---|---|\n', '| Phase 1 | 10% | 2 h | Pending |\n'], tick: ['', '- [x] item done here\n'], label: ['', '**Label:** value here\n\n'], code: ['', '```bash\nA=<b-c>\n```\n'], num: ['', '2. step ~a*b\n'], marks: ['', '~a*b**c_[\n'], owner: ['', '**Owner:** A\n\n'] }
for (const [n, [h, u]] of Object.entries(one)) for (const size of [60_000, 240_000]) m(n, h + u.repeat(size / u.length), 1)
m('distinct rows', '# x\n' + Array.from({ length: 100 }, (_, i) => `## Phase ${i}: w${i}\n`).join('') + '## Timeline\n| Phase | Day | Status | Owner |\n|---|---|---|---|\n' + Array.from({ length: 6000 }, (_, i) => `| w${i % 100} | ${i} | Done | o${i} |\n`).join(''), 1)
m('crit+trig', '## Phase 1\n**Success criteria:**\n' + '- Errors seen < 1%\n'.repeat(6000) + '\n**Rollback trigger:**\n' + '- Errors seen > 1%\n'.repeat(6000), 1)
