import { describe, expect, it } from 'vitest'
import { bindText, phaseOf, planOf, rolloutsOf, unreadable } from '../../../../test/fixtures/bind-text.ts'

const counters = 'events: "requests{code=~\\"5..\\"}", total: "requests{path!=\\"/health\\"}"'
const small = '# Shop\n\n## Phase 1: Canary (10%)\n\n**Success criteria:**\n- Error rate < 1%\n'
const metric = (query: string) => `metrics: { errors: { says: [Error rate], source: router, ${query} } }\n`

describe('segments', () => {
  const bind = (label: string, query = counters) => bindText(small, metric(`${query}, segmentBy: ${label}`))

  it('are asked of counters and of histograms', () => {
    expect(planOf(bind('country')).metrics.errors?.query).toEqual({
      events: 'requests{code=~"5.."}',
      total: 'requests{path!="/health"}',
      segmentBy: 'country',
    })
    expect(bind('country').warnings.filter((one) => one.includes('SEGMENT'))).toEqual([])
    const histogram = metric('histogram: took_seconds, unit: s, segmentBy: country')
    expect(planOf(bindText('# Shop\n\n## Phase 1: Canary (10%)\n', histogram)).metrics.errors?.query).toEqual({
      histogram: 'took_seconds',
      scaleToMs: 1_000,
      segmentBy: 'country',
    })
  })

  it.each([
    ['version', 'it tells the versions apart, so no segment would have both'],
    ['code', 'it is what tells the events from the rest, so a segment would have nothing but events, or none'],
    ['le', 'it says what a series counts, not of whom'],
  ])('are refused by a label that compares nothing: %s', (label, why) => {
    expect(bind(label).errors).toEqual([
      `tidegate.yaml:6 error BAD_SEGMENT_LABEL: errors cannot be segmented by ${label}: ${why} (name a label of the user or the request, such as country or platform)`,
    ])
  })

  it.each([
    ['pod', counters, 'a process runs one version, so hardly a segment has both to compare'],
    ['user_id', counters, 'it has too many values, and all but the largest are judged as one segment'],
    ['shop', 'events: errors, total: "requests{shop=\\"one\\"}"', 'the selector lets one value of it through'],
  ])('by a label that hardly tells anything are a warning: %s', (label, query, why) => {
    expect(bind(label, query).warnings).toContainEqual(
      expect.stringContaining(
        `tidegate.yaml:6 warning DOUBTFUL_SEGMENT_LABEL: errors is segmented by ${label}: ${why}`,
      ),
    )
  })

  it('by what is no label are refused where they stand', () => {
    expect(unreadable(metric(`${counters}, segmentBy: "a-b"`))).toEqual([
      expect.stringMatching(/^tidegate.yaml:6 error .*must be the name of a label: letters/),
    ])
  })
})

describe('gauges', () => {
  const document = `# Shop

## Phase 1: Canary (10%)

**Success criteria:**
- Memory usage < 512 MB
- CPU < 80%
- Queue depth < 500

**Rollback triggers:**
- Memory usage > 1 GB
`
  const gauges = `metrics:
  memory: { says: [Memory usage], source: router, gauge: process_resident_memory_bytes, unit: bytes }
  cpu: { says: [CPU], source: router, gauge: cpu_percent, unit: percent }
  queue: { says: [Queue depth], source: router, gauge: queue_depth }
`
  const bind = (more = '', text = document) => bindText(text, gauges + more)
  const pausing = 'triggers: { Memory usage > 1 GB: { action: pause } }\n'

  it('are shown for conditions on what they show', () => {
    const bound = bind(pausing)
    expect(bound.errors).toEqual([])
    expect(planOf(bound).metrics.memory).toEqual({
      id: 'memory',
      name: 'Memory usage',
      metricSource: 'router',
      query: { gauge: 'process_resident_memory_bytes', unit: 'bytes' },
      minimumSamples: 1,
      triggerSamples: 1,
    })
    expect(planOf(bound).metrics.queue?.query).toEqual({ gauge: 'queue_depth' })
    const [stage] = rolloutsOf(phaseOf(bound, 'phase-1'))[0]?.stages ?? []
    expect(stage?.criteria.map(({ metricId }) => metricId)).toEqual(['memory', 'cpu', 'queue'])
    expect(stage?.triggers.map(({ metricId, action }) => [metricId, action.kind])).toEqual([['memory', 'pause']])
  })

  it('that are all a phase measures are a warning', () => {
    const warning =
      'plan.md:6 warning GAUGES_ALONE: Phase 1: Canary (10%) measures nothing but gauges: its stages pass on what a few instances show at that moment (add a criterion on a rate or a latency)'
    expect(bind(pausing).warnings).toContain(warning)
    const errors = '  errors: { says: [Error rate], source: router, events: errors, total: requests }\n'
    const more = document.replace('- CPU', '- Error rate < 1%\n- CPU')
    expect(bindText(more, gauges + errors + pausing).warnings).not.toContain(warning)
  })

  it('take nothing back: the error says what the trigger may do', () => {
    const error =
      'plan.md:11 error GAUGE_ROLLS_BACK: "Memory usage > 1 GB" would roll back on memory, a gauge: it shows what is now, and not how sure that is (bind it under triggers with an action of `notify`, `halt` or `pause`, or measure it with counters)'
    expect(bind().errors).toEqual([error])
    expect(bind(pausing.replace('pause', 'rollback')).errors).toEqual([error])
  })

  it.each([
    ['Memory usage < 80%', 'the condition is about a percentage, and the gauge shows a size in bytes by its `unit`'],
    ['Memory usage < 512', 'the condition is about a bare number, and the gauge shows a size in bytes by its `unit`'],
    ['Queue depth < 5 s', 'the condition is about a time, and the gauge shows a bare number by its `unit`'],
    ['CPU < 80% (p95)', 'a gauge has no percentiles, only the mean over its instances'],
    ['Memory usage < 2x baseline', 'a range, or a unit that is relative to something, cannot be judged yet'],
  ])('are refused for %s', (text, why) => {
    const { errors } = bind('', `# Shop\n\n## Phase 1: Canary (10%)\n\n**Success criteria:**\n- ${text}\n`)
    expect(errors).toEqual([
      expect.stringMatching(new RegExp(`^plan.md:6 error CONDITION_METRIC_MISMATCH: .*: ${why}`)),
    ])
  })

  it('are what a size needs', () => {
    const counted = gauges.replace('gauge: process_resident_memory_bytes, unit: bytes', 'events: a, total: b')
    expect(bindText(document.replace(/\*\*Rollback.*\n.*\n/, ''), counted).errors).toEqual([
      expect.stringContaining('cannot be judged by metric memory: a size needs a gauge'),
    ])
  })

  it('have neither samples, nor noise, nor segments', () => {
    for (const setting of ['minimumSamples: 5', 'noise: { lasts: 1m, cv: 0.3 }', 'segmentBy: country'])
      expect(unreadable(metric(`gauge: memory, ${setting}`))).toEqual([
        expect.stringMatching(/must have one of these forms: |does not go with the other keys there/),
      ])
  })
})
