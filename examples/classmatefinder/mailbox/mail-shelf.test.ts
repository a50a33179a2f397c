import { expect, test } from 'vitest'
import { MailShelf, type Message } from './mail-shelf.ts'

const mail = (to: string, subject: string): Message => ({ to, subject, from: '', text: '', receivedAt: '' })
const subjects = (messages: readonly Message[] | undefined) => messages?.map(({ subject }) => subject)

test('only the newest are kept', () => {
  const shelf = new MailShelf({ messages: 2, waiters: 1 })
  shelf.add(mail('a', '1'))
  shelf.add(mail('a', '2'))
  shelf.add(mail('b', '3'))
  expect(shelf.size).toBe(2)
  expect(subjects(shelf.read('A'))).toEqual(['2'])
  shelf.add(mail('b', '4'))
  expect(shelf.read('a')).toEqual([])
  shelf.clear()
  expect(shelf.read('b')).toEqual([])
})

test('who waits is woken by his own mail only', async () => {
  const shelf = new MailShelf({ messages: 9, waiters: 2 })
  const mine = shelf.wait('me', 5000)
  const nobodys = shelf.wait('nobody', 20)
  shelf.add(mail('other', 'x'))
  shelf.add(mail('ME', 'hello'))
  expect(subjects(await mine)).toEqual(['hello'])
  expect(await nobodys).toEqual([])
})

test('one too many is turned away, until another has gone', async () => {
  const shelf = new MailShelf({ messages: 9, waiters: 1 })
  const first = shelf.wait('a', 20)
  expect(await shelf.wait('b', 20)).toBeUndefined()
  await first
  expect(await shelf.wait('b', 1)).toEqual([])
})
