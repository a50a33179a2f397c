import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { sign } from '../standard-webhook.ts'
import { createStandardWebhookVerifier } from './standard-webhook.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-hooks-'))
afterAll(() => rmSync(folder, { recursive: true }))
const secrets = ['first secret of thirty bytes…', 'second secret of thirty bytes'] as const
const verifier = createStandardWebhookVerifier(
  { qa: { secret: { file: 'qa' } }, ci: { secret: { file: 'ci' } } },
  { folder },
)

const receivedMs = Date.UTC(2026, 2, 1)
const body = '{"verdict":"passed"}'
function callBy(secret: string, at = receivedMs) {
  const signed = sign(secret, { id: 'msg_1', timestamp: at / 1_000, payload: body })
  if (!signed.ok) throw new Error(signed.error.message)
  return { headers: { ...signed.value }, body: Buffer.from(body), receivedMs }
}
const verify = (hook: string, call = callBy(secrets[0])) => verifier.verify(hook, call, effectContext())

it('knows a hook by its secret, and says which message it is and when it was sent', async () => {
  writeFileSync(join(folder, 'qa'), `${secrets[0]}\n`)
  const at = receivedMs - 60_000
  expect(await verify('qa', callBy(secrets[0], at))).toEqual({ ok: true, value: { messageId: 'msg_1', sentMs: at } })
  expect(await verifier.ping('qa', effectContext())).toEqual({ ok: true, value: undefined })
})

it('takes nobody for a hook who has another secret, signed long ago, or did not sign', async () => {
  const unauthorized = { ok: false, error: { code: 'unauthorized' } }
  expect(await verify('qa', callBy(secrets[1]))).toMatchObject(unauthorized)
  expect(await verify('qa', callBy(secrets[0], receivedMs - 301_000))).toMatchObject(unauthorized)
  expect(await verify('qa', { headers: {} as never, body: Buffer.from(body), receivedMs })).toMatchObject(unauthorized)
})

it('uses a new secret at the next call', async () => {
  writeFileSync(join(folder, 'qa'), secrets[1])
  expect(await verify('qa', callBy(secrets[0]))).toMatchObject({ error: { code: 'unauthorized' } })
  expect(await verify('qa', callBy(secrets[1]))).toMatchObject({ ok: true })
})

it('says what is missing', async () => {
  const message = expect.stringContaining('the secret file ci')
  expect(await verify('ci')).toMatchObject({ error: { code: 'unavailable', message } })
  expect(await verifier.ping('ci', effectContext())).toMatchObject({ error: { code: 'unauthorized', message } })
  writeFileSync(join(folder, 'ci'), 'short')
  expect(await verify('ci')).toMatchObject({ error: { code: 'unavailable' } })
  expect(await verifier.ping('ci', effectContext())).toMatchObject({
    error: { code: 'unauthorized', message: expect.stringContaining('5 bytes instead of 24 to 64') },
  })
  for (const hook of ['nobody', 'constructor'])
    expect(await verify(hook)).toMatchObject({
      error: { code: 'notFound', message: `there is no hook "${hook}"; there are: qa, ci` },
    })
})
