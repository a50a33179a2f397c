import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { notifierContract } from '../../../test/contract/notifier.ts'
import { createLogNotifier } from './log.ts'

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-notify-'))
  const file = join(folder, 'log.notices.jsonl')
  const lines = async (): Promise<Record<string, unknown>[]> => {
    const text = await readFile(file, 'utf8').catch(() => '')
    return text
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line))
  }
  const subjects = async () => (await lines()).map(({ subject }) => String(subject))
  return {
    notifier: createLogNotifier({ log: file }),
    file,
    lines,
    subjects,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

notifierContract(open)

const message = { urgency: 'inform' as const, audience: ['On-call'], subject: 'Stage 2', body: 'holds' }

it('writes one line of JSON with the time and the effect', async () => {
  await using test = await open()
  await test.notifier.notify('log', message, effectContext({ effectId: 'r1/4' }))
  expect(await test.lines()).toEqual([{ at: expect.stringMatching(/^\d{4}-.*Z$/), effectId: 'r1/4', ...message }])
  expect(await readFile(test.file, 'utf8')).toMatch(/^[^\n]+\n$/)
})

it('knows a repeated effect after a restart', async () => {
  await using test = await open()
  const context = effectContext()
  await test.notifier.notify('log', message, context)
  await createLogNotifier({ log: test.file }).notify('log', message, context)
  expect(await test.lines()).toHaveLength(1)
})

it('begins a new line after one that a crash cut short', async () => {
  await using test = await open()
  await appendFile(test.file, '{"at":"2026-')
  await test.notifier.notify('log', message, effectContext())
  expect(await test.subjects()).toEqual(['Stage 2'])
})

it('is unavailable where it cannot write, and says so at a ping', async () => {
  await using test = await open()
  await writeFile(test.file, '')
  const notifier = createLogNotifier({ log: join(test.file, 'below', 'log.jsonl') })
  expect(await notifier.notify('log', message, effectContext())).toMatchObject({
    ok: false,
    error: { code: 'unavailable', message: expect.stringContaining('ENOTDIR') },
  })
  expect(await notifier.ping('log', effectContext())).toMatchObject({ ok: false, error: { code: 'rejected' } })
})
