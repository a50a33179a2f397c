/** Messages kept in memory: for tests and rehearsals. */
import type { Message } from '../../core/release/evidence.ts'
import { fail, succeed } from '../../core/release/outcome.ts'
import type { Notifier } from '../../ports/drivers.ts'

export interface MemoryNotifier extends Notifier {
  /** What was said on the channel, in order. */
  messages(channel: string): Message[]
}

export function createMemoryNotifier(channels: readonly string[]): MemoryNotifier {
  const said = new Map(channels.map((channel) => [channel, new Map<string, Message>()]))
  const unknown = (channel: string) =>
    fail('notFound', `there is no channel "${channel}"; there are: ${channels.join(', ')}`)
  return {
    name: 'memory-notifier',
    messages: (channel) => [...(said.get(channel)?.values() ?? [])],
    async notify(channel, message, { effectId, signal }) {
      const messages = said.get(channel)
      if (!messages) return unknown(channel)
      if (signal.aborted) return fail('unavailable', `the message to ${channel} was stopped: ${String(signal.reason)}`)
      messages.set(effectId, message)
      return succeed(undefined)
    },
    async ping(channel) {
      return said.has(channel) ? succeed(undefined) : unknown(channel)
    },
  }
}
