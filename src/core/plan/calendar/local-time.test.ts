/** Local time and instants: at the days on which clocks jump, and everywhere. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CalendarMoment, dayMs, endOf, startOf, toInstant, toLocal } from './local-time.ts'
import { isTimeZone } from './time-zone.ts'

const local = (text: string): number => Date.parse(`${text}Z`)
const instant = (zone: string, text: string): string => new Date(toInstant(zone, local(text))).toISOString()
const shown = (zone: string, text: string): string =>
  new Date(toLocal(zone, Date.parse(text))).toISOString().slice(0, 19)

describe('clocks that jump', () => {
  it('Europe/Berlin skips 02:30 on 29 March 2026, and shows it twice on 25 October', () => {
    expect(instant('Europe/Berlin', '2026-03-29T01:59')).toBe('2026-03-29T00:59:00.000Z')
    expect(instant('Europe/Berlin', '2026-03-29T02:30')).toBe('2026-03-29T01:00:00.000Z')
    expect(instant('Europe/Berlin', '2026-03-29T03:00')).toBe('2026-03-29T01:00:00.000Z')
    expect(instant('Europe/Berlin', '2026-10-25T02:30')).toBe('2026-10-25T00:30:00.000Z')
    expect(instant('Europe/Berlin', '2026-10-25T03:00')).toBe('2026-10-25T02:00:00.000Z')
  })

  it('America/New_York skips 02:30 on 8 March 2026, and shows 01:30 twice on 1 November', () => {
    expect(instant('America/New_York', '2026-03-08T02:30')).toBe('2026-03-08T07:00:00.000Z')
    expect(instant('America/New_York', '2026-11-01T01:30')).toBe('2026-11-01T05:30:00.000Z')
    expect(instant('America/New_York', '2026-11-01T02:00')).toBe('2026-11-01T07:00:00.000Z')
  })

  it('Australia/Lord_Howe jumps by half an hour', () => {
    expect(shown('Australia/Lord_Howe', '2026-07-01T00:00Z')).toBe('2026-07-01T10:30:00')
    expect(shown('Australia/Lord_Howe', '2026-12-01T00:00Z')).toBe('2026-12-01T11:00:00')
    expect(instant('Australia/Lord_Howe', '2026-10-04T02:15')).toBe('2026-10-03T15:30:00.000Z')
    expect(instant('Australia/Lord_Howe', '2026-04-05T01:45')).toBe('2026-04-04T14:45:00.000Z')
  })

  it('Pacific/Apia had no 30 December 2011', () => {
    const midnight = '2011-12-30T10:00:00.000Z'
    for (const time of ['2011-12-30T00:00', '2011-12-30T12:00', '2011-12-30T23:59', '2011-12-31T00:00'])
      expect(instant('Pacific/Apia', time)).toBe(midnight)
    expect(instant('Pacific/Apia', '2011-12-29T23:59')).toBe('2011-12-30T09:59:00.000Z')
    expect(endOf('2011-12-30', 'Pacific/Apia') - startOf('2011-12-30', 'Pacific/Apia')).toBe(0)
  })
})

const zones = Intl.supportedValuesOf('timeZone')
const anyZone = fc.constantFrom(...zones)
const anyInstant = fc.integer({ min: Date.UTC(1970, 0, 3), max: Date.UTC(2100, 0, 1) })

describe('in every zone', () => {
  it('a local time is the first instant that shows it', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (zone, atMs) => {
        const first = toInstant(zone, toLocal(zone, atMs))
        expect(first).toBeLessThanOrEqual(atMs)
        expect(toLocal(zone, first)).toBe(toLocal(zone, atMs))
      }),
      { numRuns: 2_000 },
    )
  })

  it('a skipped local time is the jump: a moment before it, the clock is still behind', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (zone, localMs) => {
        const found = toInstant(zone, localMs)
        expect(toLocal(zone, found)).toBeGreaterThanOrEqual(localMs)
        expect(toLocal(zone, found - 1)).toBeLessThan(localMs)
      }),
      { numRuns: 2_000 },
    )
  })

  it('later local times are never earlier instants', () => {
    fc.assert(
      fc.property(anyZone, anyInstant, fc.integer({ min: 0, max: 3 * dayMs }), (zone, localMs, moreMs) => {
        expect(toInstant(zone, localMs + moreMs)).toBeGreaterThanOrEqual(toInstant(zone, localMs))
      }),
      { numRuns: 1_000 },
    )
  })
})

it('zones are names of the database, with their area', () => {
  expect(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia', 'Etc/GMT+5'].filter(isTimeZone)).toHaveLength(4)
  expect(['', 'CET', 'PST', '+02:00', 'Europe/Atlantis', 'Europe', 'Europe/Berlin '].filter(isTimeZone)).toEqual([])
})

it('moments are days, local times and instants that the calendar has', () => {
  const isMoment = (text: string): boolean => CalendarMoment.safeParse(text).success
  expect(['2026-12-20', '2028-02-29', '2026-12-20T18:00', '2026-12-20T00:00Z'].filter(isMoment)).toHaveLength(4)
  const none = [
    '2026-02-29',
    '2026-13-01',
    '2026-12-20T24:00',
    '2026-12-20T18:60',
    '20.12.2026',
    '0026-12-20',
    '2026-12-20T18:00+01:00',
  ]
  expect(none.filter(isMoment)).toEqual([])
  expect(startOf('2026-07-01T18:00Z', 'Europe/Berlin')).toBe(Date.UTC(2026, 6, 1, 18))
  expect(startOf('2026-07-01T18:00', 'Europe/Berlin')).toBe(Date.UTC(2026, 6, 1, 16))
  expect(endOf('2026-07-01', 'Europe/Berlin')).toBe(Date.UTC(2026, 6, 1, 22))
  expect(endOf('2026-07-01T18:00', 'Europe/Berlin')).toBe(Date.UTC(2026, 6, 1, 16))
})
