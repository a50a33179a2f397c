/** What is read from lines about windows and freezes, and that what is not understood is said. */
import { describe, expect, it } from 'vitest'
import { formatWindow } from './format-calendar.ts'
import { namesWeekdays, readClosedDays, readFreeze, readWindow } from './read-calendar-words.ts'

const windowIn = (text: string, zone?: string): string => {
  const read = readWindow(text, zone)
  return 'problem' in read ? read.problem : formatWindow(read)
}
const freezeIn = (text: string, zone?: string): string => {
  const read = readFreeze(text, zone)
  return 'problem' in read ? read.problem : `${read.from} ${read.to} ${read.zone}`
}

describe('windows', () => {
  it.each([
    ['Deployments Mon–Thu 09:00–16:00 UTC', 'Mon–Thu 09:00–16:00 UTC'],
    ['Tuesday to Thursday, 09:00-16:00 UTC', 'Tue–Thu 09:00–16:00 UTC'],
    ['Releases are allowed on weekdays between 9:00 and 16:30 Europe/Berlin', 'Mon–Fri 09:00–16:30 Europe/Berlin'],
    ['Mon, Wed & Fri 9 am – 4 pm America/New_York', 'Mon, Wed, Fri 09:00–16:00 America/New_York'],
    ['Sundays 22:00–04:00 GMT', 'Sun 22:00–04:00 UTC'],
    ['Fri–Mon 10h-12h UTC', 'Mon, Fri–Sun 10:00–12:00 UTC'],
    ['Daily, 12 am to 6 am UTC', 'Mon–Sun 00:00–06:00 UTC'],
    ['Production changes only Mon-Thu, UTC', 'Mon–Thu 00:00–24:00 UTC'],
    ['mon/tue 08:00–24:00 UTC', 'Mon–Tue 08:00–24:00 UTC'],
  ])('%s', (text, read) => expect(windowIn(text)).toBe(read))

  it.each([
    ['Mon–Thu 09:00–16:00 UTC, except holidays', '"except holidays" is not understood'],
    ['No deployments Mon–Thu 09:00–16:00 UTC', '"no" is not understood'],
    ['Mon 09:00–12:00, Tue 13:00–15:00 UTC', '"13:00–15:00" is not understood'],
    ['Mon–Thu 9 to 4 UTC', '"9 to 4" are no hours of a day'],
    ['Mon–Thu 09:00–25:00 UTC', 'it must be a time of day such as 09:00'],
    ['Mon–Thu 13 pm – 16 pm UTC', '"13 pm – 16 pm" are no hours of a day'],
    ['09:00–16:00 UTC', 'it names no days of the week'],
    ['Mon–Thu 09:00–16:00 CET', 'CET does not say when the clocks change: write a zone such as Europe/Berlin'],
    ['Mon–Thu 09:00–16:00 Europe/Atlantis', '"europe atlantis" is not understood'],
    ['Mon–Thu 09:00–16:00', 'it names no time zone: write one, or set `calendar: { zone: Europe/Berlin }`'],
    [
      'Préférentiel : Mardi-Jeudi 14h-17h (faible trafic)',
      '"préférentiel mardi-jeudi faible trafic" is not understood',
    ],
  ])('not %s', (text, problem) => expect(windowIn(text)).toBe(problem))

  it('are in the default zone where they name none', () => {
    expect(windowIn('Mon–Thu 09:00–16:00', 'Asia/Tokyo')).toBe('Mon–Thu 09:00–16:00 Asia/Tokyo')
    expect(windowIn('Mon–Thu 09:00–16:00 UTC', 'Asia/Tokyo')).toBe('Mon–Thu 09:00–16:00 UTC')
    expect(windowIn('Mon–Thu 09:00–16:00 PST', 'Asia/Tokyo')).toContain('PST does not say')
  })
})

describe('days on which nothing begins', () => {
  const leftBy = (text: string, zone?: string): string => {
    const read = readClosedDays(text, zone)
    return 'problem' in read ? read.problem : formatWindow(read)
  }

  it.each([
    ['No deployments on Fridays and week-ends', 'Mon–Thu 00:00–24:00 Europe/Berlin'],
    ['Avoid weekends', 'Mon–Fri 00:00–24:00 Europe/Berlin'],
    ['Never release on Mondays or Fri–Sun', 'Tue–Thu 00:00–24:00 Europe/Berlin'],
    ['Change freeze: Sunday, UTC', 'Mon–Sat 00:00–24:00 UTC'],
  ])('%s', (text, left) => expect(leftBy(text, 'Europe/Berlin')).toBe(left))

  it.each([
    ['Avoid Friday evenings', '"evenings" is not understood'],
    ['No deployments on Fridays unless urgent', '"unless urgent" is not understood'],
    ['No deployments on any weekday', '"any weekday" is not understood'],
    ['No deployments daily', 'it leaves no day of the week'],
    ['No deployments over Easter', '"over easter" is not understood'],
  ])('not %s', (text, problem) => expect(leftBy(text, 'Europe/Berlin')).toBe(problem))

  it('need a zone, and are told from dates', () => {
    expect(leftBy('No deployments on Fridays')).toContain('names no time zone')
    expect(namesWeekdays('No deployments on Fridays')).toBe(true)
    expect(namesWeekdays('No deployments on Friday, 2026-12-25')).toBe(false)
    expect(namesWeekdays('No deployments over Easter')).toBe(false)
  })
})

describe('freezes', () => {
  it.each([
    ['code freeze 2026-12-20 to 2027-01-05', '2026-12-20 2027-01-05 Europe/Berlin'],
    ['Freeze: December 20, 2026 – January 5th, 2027', '2026-12-20 2027-01-05 Europe/Berlin'],
    ['No deployments from 20 Dec 2026 until 5 Jan 2027 except hotfixes', '2026-12-20 2027-01-05 Europe/Berlin'],
    ['Freeze 2026-12-20 18:00 – 2026-12-21 06:00 UTC', '2026-12-20T18:00 2026-12-21T06:00 UTC'],
    ['Freeze 2026-12-20T18:00Z – 2026-12-21T06:00Z', '2026-12-20T18:00Z 2026-12-21T06:00Z UTC'],
    ['No deployments on 2026-12-24', '2026-12-24 2026-12-24 Europe/Berlin'],
  ])('%s', (text, read) => expect(freezeIn(text, 'Europe/Berlin')).toBe(read))

  it.each([
    ['No deployments over Easter', 'it does not say one span of dates with their years'],
    ['Code freeze Dec 20 – Jan 5', 'it does not say one span of dates with their years'],
    ['Freeze Dec 20 – Jan 5, 2027', 'it has numbers beside its dates: write them as 2026-12-20 or 2026-12-20 18:00'],
    ['Freeze 2026-12-20 6 pm to 2026-12-21', '"6 pm to" between its dates is not understood'],
    ['Freeze until 2027-01-05', 'it says only one end of a span'],
    ['Freeze 2026-12-20 or 2027-01-05', '"or" between its dates is not understood'],
    ['Freeze 2026-12-20 to 2026-12-24 and 2027-01-01', 'it does not say one span of dates with their years'],
    ['Freeze 2027-02-28 to 2027-02-30', 'one of its dates is no day of the calendar'],
    ['Freeze 2027-01-05 to 2026-12-20', 'it must be a span that ends after it begins, within 400 days'],
  ])('not %s', (text, problem) => expect(freezeIn(text, 'Europe/Berlin')).toBe(problem))

  it('need a zone unless they are in UTC', () => {
    expect(freezeIn('code freeze 2026-12-20 to 2027-01-05')).toContain('names no time zone')
    expect(freezeIn('code freeze 2026-12-20 to 2027-01-05 CET', 'Europe/Berlin')).toContain('CET does not say')
  })
})
