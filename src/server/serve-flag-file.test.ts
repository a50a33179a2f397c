/** A file that is served and changes, as the stock OpenFeature clients see it. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature } from '@openfeature/server-sdk'
import { OpenFeature as OpenFeatureWeb, type Provider, ProviderEvents } from '@openfeature/web-sdk'
import { EventSource } from 'eventsource'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FlagFileServer, serveFlagFile } from './serve-flag-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-serve-'))
const path = join(folder, 'flags.json')
const onOff = { state: 'ENABLED', variants: { on: true, off: false } }
const staff = { if: [{ ends_with: [{ var: 'email' }, '@shop.example'] }, 'on'] }
const definitions = (defaultVariant: string) => ({
  flags: {
    basket: { ...onOff, defaultVariant },
    staff: { ...onOff, defaultVariant: 'off', targeting: staff },
    title: { state: 'ENABLED', variants: { a: 'Hello' }, defaultVariant: 'a' },
    size: { state: 'ENABLED', variants: { a: { rows: 3 } }, defaultVariant: 'a' },
    limit: { state: 'ENABLED', variants: { a: 2.5 }, defaultVariant: 'a' },
    open: { ...onOff },
    gone: { ...onOff, state: 'DISABLED', defaultVariant: 'on' },
  },
})
const write = (content: unknown) => writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
const told: string[][] = []
const options = {
  path,
  host: '127.0.0.1',
  port: 0,
  syncPort: 0,
  origins: [],
  nowSec: () => Date.now() / 1_000,
  tell: (lines: string[]) => void told.push(lines),
}

let server: FlagFileServer
beforeAll(async () => {
  write(definitions('off'))
  const opened = await serveFlagFile(options)
  if ('faults' in opened) throw new Error('the flags of this test cannot be read')
  server = opened
})
beforeEach(async () => {
  write(definitions('off'))
  await vi.waitFor(async () => expect(await ask('basket')).toMatchObject({ value: false }), { timeout: 5_000 })
  told.length = 0
})
afterAll(async () => {
  await OpenFeature.close()
  await OpenFeatureWeb.close()
  await server.close()
  rmSync(folder, { recursive: true })
})

async function ask(key: string): Promise<unknown> {
  const response = await fetch(`${server.url}/ofrep/v1/evaluate/flags/${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"context": {}}',
  })
  return response.json()
}
const becomes = (value: boolean) =>
  vi.waitFor(async () => expect(await ask('basket')).toMatchObject({ value }), { timeout: 5_000 })
const toldOf = (lines: string[]) => vi.waitFor(() => expect(told).toEqual([lines]), { timeout: 5_000 })

describe('the file', () => {
  it('is served anew when it is written, and when another takes its place', async () => {
    write(definitions('on'))
    await becomes(true)
    writeFileSync(`${path}.new`, JSON.stringify(definitions('off')))
    renameSync(`${path}.new`, path)
    await becomes(false)
    await vi.waitFor(() => expect(told).toEqual([['7 flags are served now'], ['7 flags are served now']]))
  })

  it('keeps its last good flags while it is wrong, and says where', async () => {
    write('{\n"flags": {\n"basket": {"state": "ENABLED", "variants": {"on": true}, "targeting": {"unheard": 1}}}}')
    const problem = 'line 3, flags / basket / targeting: flagd has no operator "unheard"'
    await toldOf(['the last good flags are still served, because this is wrong:', problem])
    expect(await ask('staff')).toMatchObject({ value: false })
    write(definitions('on'))
    await becomes(true)
    expect(told).toHaveLength(2)
  })

  it('may be gone for a while', async () => {
    rmSync(path)
    await toldOf(['the last good flags are still served, because this is wrong:', 'at its top: there is no such file'])
    expect(await ask('basket')).toMatchObject({ value: false })
    write(definitions('off'))
    await vi.waitFor(() => expect(told[1]).toEqual(['7 flags are served now']), { timeout: 5_000 })
  })

  it.each<[string, string | Uint8Array, string]>([
    ['no JSON', '{', 'at its top: this is no JSON'],
    ['no text', new Uint8Array([0x22, 0xff, 0x22]), 'at its top: The encoded data was not valid'],
    ['no flags', '{}', 'line 1, flags: Invalid input'],
  ])('is not served when it begins as %s', async (_, content, message) => {
    const { formatFault } = await import('../core/flags/fault.ts')
    const other = join(folder, 'other.json')
    writeFileSync(other, content)
    const opened = await serveFlagFile({ ...options, path: other })
    expect('faults' in opened && opened.faults.map(formatFault)[0]).toContain(message)
  })
})

describe('@openfeature/ofrep-provider', () => {
  it('gets values of every type, with variant and reason', async () => {
    await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: server.url }))
    const client = OpenFeature.getClient()
    const ann = { targetingKey: 'u1', email: 'ann@shop.example' }
    expect(await client.getBooleanDetails('staff', false, ann)).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
    })
    expect(await client.getBooleanDetails('staff', true, { targetingKey: 'u2' })).toMatchObject({
      value: false,
      reason: 'DEFAULT',
    })
    expect(await client.getStringValue('title', '', ann)).toBe('Hello')
    expect(await client.getNumberValue('limit', 0, ann)).toBe(2.5)
    expect(await client.getObjectValue('size', {}, ann)).toEqual({ rows: 3 })
    expect(await client.getBooleanDetails('none', true, ann)).toMatchObject({
      value: true,
      errorCode: 'FLAG_NOT_FOUND',
    })
    expect(await client.getStringDetails('basket', 'x', ann)).toMatchObject({ value: 'x', errorCode: 'TYPE_MISMATCH' })
  })
})

describe('@openfeature/ofrep-web-provider', () => {
  it('has all flags of its user, and follows changes without asking', async () => {
    vi.stubGlobal('EventSource', EventSource)
    // Its type and the SDK's differ in what may be `undefined`.
    const provider = new OFREPWebProvider({ baseUrl: server.url, pollInterval: 0 }) as Provider
    await OpenFeatureWeb.setContext({ targetingKey: 'u1', email: 'ann@shop.example' })
    await OpenFeatureWeb.setProviderAndWait(provider)
    const client = OpenFeatureWeb.getClient()
    expect(client.getBooleanDetails('staff', false)).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
    })
    expect([client.getBooleanValue('open', true), client.getBooleanValue('open', false)]).toEqual([true, false])
    expect(client.getBooleanDetails('gone', true)).toMatchObject({ value: true, reason: 'DISABLED' })
    expect(client.getBooleanValue('basket', true)).toBe(false)
    const changed = new Promise((resolve) => client.addHandler(ProviderEvents.ConfigurationChanged, resolve))
    write(definitions('on'))
    await vi.waitFor(() => expect(client.getBooleanValue('basket', false)).toBe(true), { timeout: 10_000 })
    await changed
    vi.unstubAllGlobals()
  }, 20_000)
})
