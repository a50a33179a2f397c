import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Mail, MailQueue } from './mail-queue.ts'
import { createServiceMetrics, type ServiceMetrics } from './service-metrics.ts'

const mail = (to: string): Mail => ({ to, subject: 's', text: 't' })
let metrics: ServiceMetrics

beforeEach(() => {
  metrics = createServiceMetrics('v0.1.0')
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
})

async function counts(): Promise<{ sent: number | undefined; failed: number | undefined }> {
  const [sent, failed] = await Promise.all([metrics.mailsSent.get(), metrics.mailsFailed.get()])
  return { sent: sent.values[0]?.value, failed: failed.values[0]?.value }
}

test('a mail is tried again, and counted once', async () => {
  let attempts = 0
  const queue = new MailQueue(async () => {
    attempts += 1
    if (attempts === 1) throw new Error('greylisted')
  }, metrics)
  queue.add(mail('a'))
  await queue.drain()
  expect(attempts).toBe(2)
  expect(await counts()).toEqual({ sent: 1, failed: 0 })
})

test('after three attempts a mail is given up, and the next one is sent', async () => {
  const attempts: string[] = []
  const queue = new MailQueue(async ({ to }) => {
    attempts.push(to)
    if (to === 'a') throw new Error('no such mailbox')
  }, metrics)
  for (const to of ['a', 'b', 'c']) queue.add(mail(to))
  await queue.drain()
  expect(attempts.filter((to) => to === 'a')).toHaveLength(3)
  expect(await counts()).toEqual({ sent: 2, failed: 1 })
})

test('two are sent at a time, and a thousand may wait', async () => {
  let release = (): void => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  let sending = 0
  const queue = new MailQueue(async () => {
    sending += 1
    await gate
  }, metrics)
  for (let index = 0; index < 1003; index += 1) queue.add(mail(`${index}`))
  expect(sending).toBe(2)
  expect(await counts()).toEqual({ sent: 0, failed: 1 })
  release()
  await queue.drain()
  expect(await counts()).toEqual({ sent: 1002, failed: 1 })
})
