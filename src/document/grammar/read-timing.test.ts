import { describe, expect, it } from 'vitest'
import { readTiming } from './read-timing.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('readTiming', () => {
  it.each([
    ['2026-05-06', ['2026-05-06', '2026-05-06']],
    ['2026-05-06 03:00 UTC (quiet hours)', ['2026-05-06T03:00Z', '2026-05-06T03:00Z']],
    ['June 12 – June 18', ['2026-06-12', '2026-06-18']],
    ['June 12–18', ['2026-06-12', '2026-06-18']],
    ['May 28th to June 2nd, 2026', ['2026-05-28', '2026-06-02']],
    ['16 août 2025', ['2025-08-16', '2025-08-16']],
    ['de 3 de março de 2026', ['2026-03-03', '2026-03-03']],
  ])('reads dates in %j', (text, dates) => {
    expect(readTiming(text, { year: 2026 })).toMatchObject({ dates })
  })

  it.each(['June 12', '12 June – 14 June'])('does not guess the year of %j', (text) => {
    expect(readTiming(text)).not.toHaveProperty('dates')
  })

  it.each(['2026-02-30', 'v2.14.2026', 'June 45, 2026', '2026-13-01'])('finds no date in %j', (text) => {
    expect(readTiming(text, { year: 2026 })).not.toHaveProperty('dates')
  })

  it('keeps a length beside a date', () => {
    expect(readTiming('2026-05-06 (48 hours)')).toMatchObject({
      dates: ['2026-05-06', '2026-05-06'],
      durationMs: [48 * hour, 48 * hour],
    })
  })

  it.each([
    ['T-45 → T-15', -45 * minute, [30 * minute, 30 * minute]],
    ['T-2h', -2 * hour, undefined],
    ['T+30 to T+60', 30 * minute, [30 * minute, 30 * minute]],
    ['T-7d', -7 * day, undefined],
  ])('counts down in %j', (text, offsetMs, durationMs) => {
    expect(readTiming(text)).toEqual({
      text,
      anchor: { event: 'T', offsetMs },
      ...(durationMs ? { durationMs } : {}),
    })
  })

  it.each([
    ['Full dress rehearsal 72 hours before launch, blockers logged', 'launch', -72 * hour],
    ['Audit scheduled the week after Phase 5 code freeze', 'Phase 5 code freeze', 7 * day],
    ['2 days after go-live', 'go-live', 2 * day],
  ])('is anchored to another point in %j', (text, event, offsetMs) => {
    expect(readTiming(text)).toMatchObject({ anchor: { event, offsetMs } })
  })

  it('counts weeks and days from the start', () => {
    expect(readTiming('Week 2, Day 3')).toMatchObject({ startOffsetMs: 9 * day, durationMs: [day, day] })
    expect(readTiming('Day 3', { weekStartMs: 7 * day }).startOffsetMs).toBe(9 * day)
    expect(readTiming('Week 2, Day 10').startOffsetMs).toBe(9 * day)
    expect(readTiming('Day 10', { weekStartMs: 7 * day }).startOffsetMs).toBe(9 * day)
    expect(readTiming('Week 4+')).toEqual({ text: 'Week 4+', startOffsetMs: 21 * day })
  })

  it('leaves words without numbers as words', () => {
    expect(readTiming('Ongoing')).toEqual({ text: 'Ongoing' })
  })
})
