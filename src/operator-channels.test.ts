import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { effectContext } from '../test/contract/driver-context.ts'
import { serveLoopback } from '../test/contract/loopback-server.ts'
import { serveMail } from '../test/contract/mail-server.ts'
import { plan } from '../test/fixtures/plan.ts'
import { Operator } from './core/plan/operator.ts'
import { operatorDrivers } from './operator-drivers.ts'
import { callDriver } from './runtime/call-driver.ts'

it('a notice goes to every channel, each by its own driver', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-channels-'))
  const posted: string[] = []
  await using mail = await serveMail()
  await using hook = await serveLoopback(async (request, response) => {
    for await (const chunk of request.setEncoding('utf8')) posted.push(String(chunk))
    response.writeHead(204).end()
  })
  process.env.TIDEGATE_TEST_SECRET = 'thirty-two bytes of a secret key'
  const operator = Operator.parse({
    people: {},
    targets: {},
    channels: {
      file: { driver: 'log' },
      mail: {
        driver: 'smtp',
        host: '127.0.0.1',
        port: mail.port,
        tls: 'none',
        from: 'tidegate@example.com',
        fallback: ['oncall@example.com'],
      },
      pager: { driver: 'webhook', url: hook.url, secret: { env: 'TIDEGATE_TEST_SECRET' } },
    },
  })
  const { drivers } = operatorDrivers(operator, { stateDir: folder, workingFolder: folder })
  try {
    const message = { urgency: 'page' as const, audience: ['Platform'], subject: 'held', body: 'No data.' }
    const outcome = await callDriver(drivers, plan, { kind: 'notify', message }, effectContext({ effectId: 'r1/4' }))
    expect(outcome).toEqual({ ok: true, value: { kind: 'notify' } })
    expect(await readFile(join(folder, 'file.notices.jsonl'), 'utf8')).toContain('"subject":"held"')
    expect(mail.subjects()).toEqual(['held'])
    expect(posted.map((body) => JSON.parse(body).subject)).toEqual(['held'])
    const pings = drivers.notifiers().map(({ channel, notifier }) => notifier.ping(channel, effectContext()))
    expect((await Promise.all(pings)).map(({ ok }) => ok)).toEqual([true, true, true])
  } finally {
    delete process.env.TIDEGATE_TEST_SECRET
    await drivers.close()
    await rm(folder, { recursive: true })
  }
})
