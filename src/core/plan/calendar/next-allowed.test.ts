/** When windows and freezes let something begin: named days, and laws over any of them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatFreeze, formatWall, formatWindow } from './format-calendar.ts'
import { Freeze } from './freeze.ts'
import { dayMs, minuteMs } from './local-time.ts'
import { nextAllowed } from './next-allowed.ts'
import { searchDays, TimeWindow, type Weekday, weekdays } from './time-window.ts'

const at = (text: string): number => Date.parse(text)
const next = (windows: TimeWindow[], freezes: Freeze[], text: string): string | null => {
  const found = nextAllowed(windows, freezes, at(text))
  return found === null ? null : new Date(found).toISOString().slice(0, 16)
}
const window = (days: Weekday[], from: string, to: string, zone = 'Europe/Berlin'): TimeWindow => ({
  days,
  from,
  to,
  zone,
})
const office = window(['mon', 'tue', 'wed', 'thu'], '09:00', '16:00')
const winter: Freeze = { from: '2026-12-20', to: '2027-01-05', zone: 'Europe/Berlin', reason: 'year end' }

describe('windows', () => {
  it('are open from their first minute to before their last', () => {
    expect(next([office], [], '2026-11-30T07:59Z')).toBe('2026-11-30T08:00')
    expect(next([office], [], '2026-11-30T14:59Z')).toBe('2026-11-30T14:59')
    expect(next([office], [], '2026-11-30T15:00Z')).toBe('2026-12-01T08:00')
    expect(next([office], [], '2026-12-03T15:00Z')).toBe('2026-12-07T08:00')
  })

  it('keep their local hours when the clocks change', () => {
    expect(next([office], [], '2026-03-27T12:00Z')).toBe('2026-03-30T07:00')
    expect(next([office], [], '2026-10-23T12:00Z')).toBe('2026-10-26T08:00')
  })

  it('go over midnight, on the days on which they open', () => {
    const night = window(['fri'], '22:00', '04:00')
    expect(next([night], [], '2026-11-28T02:59Z')).toBe('2026-11-28T02:59')
    expect(next([night], [], '2026-11-28T03:00Z')).toBe('2026-12-04T21:00')
  })

  it('that the clock skips open a week later', () => {
    expect(next([window(['sun'], '02:00', '03:00')], [], '2026-03-28T12:00Z')).toBe('2026-04-05T00:00')
    expect(next([window(['fri'], '09:00', '16:00', 'Pacific/Apia')], [], '2011-12-29T12:00Z')).toBe('2012-01-05T19:00')
  })

  it('that begin in an hour that the clock skips open when it jumps', () => {
    expect(next([window(['sun'], '02:30', '04:00')], [], '2026-03-28T12:00Z')).toBe('2026-03-29T01:00')
  })

  it('are as long as the day says, where an hour comes twice', () => {
    const early = window(['sun'], '00:00', '02:30')
    expect(next([early], [], '2026-10-25T00:29Z')).toBe('2026-10-25T00:29')
    expect(next([early], [], '2026-10-25T00:30Z')).toBe('2026-10-31T23:00')
  })

  it('open with the first of several', () => {
    expect(next([office, window(['fri'], '10:00', '11:00', 'UTC')], [], '2026-12-03T18:00Z')).toBe('2026-12-04T10:00')
  })
})

describe('freezes', () => {
  it('last from the first minute of the first day to the last of the last', () => {
    expect(next([], [winter], '2026-12-19T22:59Z')).toBe('2026-12-19T22:59')
    expect(next([], [winter], '2026-12-19T23:00Z')).toBe('2027-01-05T23:00')
  })

  it('that follow each other are one, and the next window comes after them', () => {
    const more: Freeze = { from: '2027-01-06', to: '2027-01-07T12:00', zone: 'Europe/Berlin', reason: 'stock-taking' }
    expect(next([office], [more, winter], '2026-12-24T12:00Z')).toBe('2027-01-07T11:00')
  })

  it('beyond the search are said to have no end', () => {
    const long: Freeze[] = [
      { ...winter, to: '2027-10-01' },
      { ...winter, from: '2027-10-02', to: '2028-06-30' },
    ]
    expect(next([], long, '2026-12-24T12:00Z')).toBeNull()
    expect(next([office], long, '2026-12-24T12:00Z')).toBeNull()
  })

  it('that end before they begin are refused, as are zones that nobody knows', () => {
    expect(Freeze.safeParse({ ...winter, to: '2026-12-19' }).success).toBe(false)
    expect(Freeze.safeParse({ ...winter, to: '2028-02-01' }).success).toBe(false)
    expect(Freeze.safeParse({ ...winter, zone: 'Europe/Atlantis' }).error?.issues).toMatchObject([{ path: ['zone'] }])
    expect(TimeWindow.safeParse({ ...office, from: '16:00' }).success).toBe(false)
    expect(TimeWindow.safeParse({ ...office, zone: 'CET' }).error?.issues[0]?.message).toContain('Europe/Berlin')
  })
})

const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kolkata',
)
const two = (number: number): string => String(number).padStart(2, '0')
const time = fc.tuple(fc.nat(23), fc.constantFrom(0, 15, 30, 59)).map(([hour, minute]) => `${two(hour)}:${two(minute)}`)
const anyWindow = fc
  .record({ days: fc.subarray([...weekdays], { minLength: 1 }), from: time, to: time, zone })
  .filter(({ from, to }) => from !== to)
const wall = fc.integer({ min: Date.UTC(2011, 11, 20), max: Date.UTC(2012, 11, 1) })
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const anyFreeze = fc
  .record({ fromMs: wall, days: fc.integer({ min: 1, max: 40 }), zone })
  .map(
    ({ fromMs, days, zone }): Freeze => ({ from: day(fromMs), to: day(fromMs + days * dayMs), zone, reason: 'quiet' }),
  )

describe('any calendar', () => {
  it('finds a moment that is allowed itself, and none before it', () => {
    const windows = fc.array(anyWindow, { maxLength: 3 })
    const freezes = fc.array(anyFreeze, { maxLength: 3 })
    fc.assert(
      fc.property(windows, freezes, wall, fc.double({ min: 0, max: 1, noNaN: true }), (open, frozen, atMs, part) => {
        const found = nextAllowed(open, frozen, atMs)
        if (found === null) return
        expect(found).toBeGreaterThanOrEqual(atMs)
        expect(found - atMs).toBeLessThanOrEqual(searchDays * dayMs)
        expect(nextAllowed(open, frozen, found)).toBe(found)
        if (found > atMs) expect(nextAllowed(open, frozen, Math.floor(atMs + part * (found - atMs - 1)))).toBe(found)
      }),
      { numRuns: 500 },
    )
  })

  it('agrees with the local clock, minute by minute, where clocks never change', () => {
    const isOpen = ({ days, from, to }: TimeWindow, localMs: number): boolean => {
      const text = new Date(localMs).toISOString().slice(11, 16)
      const today = weekdays[(Math.floor(localMs / dayMs) + 3) % 7] ?? 'mon'
      const yesterday = weekdays[(Math.floor(localMs / dayMs) + 2) % 7] ?? 'mon'
      if (from < to) return days.includes(today) && from <= text && text < to
      return (days.includes(today) && from <= text) || (days.includes(yesterday) && text < to)
    }
    fc.assert(
      fc.property(anyWindow, wall, (one, atMs) => {
        const minute = Math.floor(atMs / minuteMs) * minuteMs
        const inKolkata = { ...one, zone: 'Asia/Kolkata' }
        const found = nextAllowed([inKolkata], [], minute) ?? Number.NaN
        const firstOpen = Array.from({ length: 8 * 1_440 }, (_, index) => minute + index * minuteMs).find((ms) =>
          isOpen(inKolkata, ms + 330 * minuteMs),
        )
        expect(found).toBe(firstOpen)
      }),
      { numRuns: 100 },
    )
  })
})

it('reads as people write it', () => {
  expect(formatWall(at('2026-12-07T08:00Z'), 'Europe/Berlin')).toBe('Mon 2026-12-07 09:00 Europe/Berlin')
  expect(formatWindow(office)).toBe('Mon–Thu 09:00–16:00 Europe/Berlin')
  expect(formatWindow(window(['sun', 'mon', 'wed', 'tue', 'fri'], '22:00', '04:00'))).toBe(
    'Mon–Wed, Fri, Sun 22:00–04:00 Europe/Berlin',
  )
  expect(formatFreeze(winter)).toBe('year end: 2026-12-20 to 2027-01-05 Europe/Berlin')
})
