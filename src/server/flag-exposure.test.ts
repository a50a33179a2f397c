/** Who was given which variant, as a metric source of releases reads it: from the flag server, and from the stock OpenTelemetry hook of a client. */
import { MetricsHook } from '@openfeature/open-telemetry-hooks'
import { type EvaluationContext, InMemoryProvider, OpenFeature } from '@openfeature/server-sdk'
import { metrics } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../test/contract/loopback-server.ts'
import { createPrometheusTextSource } from '../drivers/metrics/prometheus-text.ts'
import { FlagExposure } from './flag-exposure.ts'
import { FlagStore } from './flag-store.ts'
import { serveOfrep } from './ofrep-server.ts'

const context = { signal: AbortSignal.timeout(60_000), timeoutMs: 5_000 }

/** Reads twice around what is done, and gives what both arms counted in between. */
async function between(url: string, query: string, label: string, act: () => Promise<void>) {
  const source = createPrometheusTextSource({ flags: { driver: 'prometheus-text', urls: [url] } })
  const request = { query: { events: query, total: query }, arms: { label, candidate: 'on', baseline: 'off' } }
  const before = await source.read('flags', request, context)
  if (!before.ok) throw new Error(before.error.message)
  await act()
  const after = await source.read('flags', { ...request, cursor: before.value.cursor }, context)
  if (!after.ok) throw new Error(after.error.message)
  return { candidate: after.value.arms.candidate?.total, baseline: after.value.arms.baseline?.total }
}

const half = {
  flags: {
    basket: {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: { if: [{ '==': [{ var: 'plan' }, 'gold'] }, 'on', null] },
    },
    search: { state: 'DISABLED', variants: { on: true, off: false }, defaultVariant: 'on' },
  },
}

describe('evaluations over OFREP', () => {
  it('are counted by variant, one flag and all of them, and judged as arms', async () => {
    const store = new FlagStore()
    store.put(JSON.stringify(half), 0)
    const server = await serveOfrep(store, { host: '127.0.0.1', port: 0, origins: [], nowSec: () => 0 })
    const ask = async (path: string, plan: string) => {
      const body = JSON.stringify({ context: { targetingKey: 'u', plan } })
      const url = `${server.url}/ofrep/v1/evaluate/flags${path}`
      await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text()
    }
    await ask('/basket', 'gold')
    await ask('/basket', 'none')
    const counted = await between(
      `${server.url}/metrics`,
      'tidegate_flag_evaluations_total{flag="basket",how="single"}',
      'variant',
      async () => {
        for (const plan of ['gold', 'gold', 'gold', 'none']) await ask('/basket', plan)
        await ask('', 'gold')
        await ask('/no-such-flag', 'gold')
      },
    )
    expect(counted).toEqual({ candidate: 3, baseline: 1 })
    const page = await (await fetch(`${server.url}/metrics`)).text()
    expect(page).toContain('{flag="basket",variant="on",reason="TARGETING_MATCH",how="bulk"} 1')
    expect(page).toContain('{flag="search",variant="",reason="DISABLED",how="bulk"} 1')
    expect(page).not.toContain('no-such-flag')
    await server.close()
  })

  it('go on being counted when the flag changes', async () => {
    const exposure = new FlagExposure()
    const given = { value: true, errorCode: undefined, errorMessage: undefined, metadata: {} }
    exposure.count('basket', { ...given, variant: 'on', reason: 'STATIC' }, 'single')
    exposure.count('basket', { ...given, variant: 'on', reason: 'STATIC' }, 'single')
    const { text, type } = await exposure.page()
    expect(text).toContain('tidegate_flag_evaluations_total{flag="basket",variant="on",reason="STATIC",how="single"} 2')
    expect(type).toContain('text/plain')
    expect((await exposure.page()).text).toBe(text)
  })
})

describe('evaluations in a process of the client', () => {
  it('are counted by the stock OpenTelemetry hook, and read as they come', async () => {
    const port = await freePort()
    const exporter = new PrometheusExporter({ host: '127.0.0.1', port })
    const meters = new MeterProvider({ readers: [exporter] })
    metrics.setGlobalMeterProvider(meters)
    const isGold = ({ plan }: EvaluationContext) => (plan === 'gold' ? 'on' : 'off')
    const basket = {
      variants: { on: true, off: false },
      defaultVariant: 'off',
      disabled: false,
      contextEvaluator: isGold,
    }
    await OpenFeature.setProviderAndWait(new InMemoryProvider({ basket }))
    const client = OpenFeature.getClient()
    client.addHooks(new MetricsHook())
    const ask = (plan: string) => client.getBooleanValue('basket', false, { plan })
    await ask('gold')
    await ask('none')
    const query = 'feature_flag_evaluation_success_total{feature_flag_key="basket"}'
    const counted = await between(
      `http://127.0.0.1:${port}/metrics`,
      query,
      'feature_flag_result_variant',
      async () => {
        for (const plan of ['gold', 'gold', 'none']) await ask(plan)
      },
    )
    expect(counted).toEqual({ candidate: 2, baseline: 1 })
    await OpenFeature.close()
    await meters.shutdown()
  })
})
