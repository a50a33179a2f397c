/** The smallest event with a text of one's own. */
import type { NewEvent } from '../../src/ports/event-store.ts'

export const paused = (reason: string): NewEvent => ({
  event: { type: 'ReleasePaused', reason },
  actor: { id: 'rina', name: 'Rina', demo: false },
  at: '2026-03-01T10:00:00.000Z',
  clock: { bootId: 'boot', monotonicMs: 1_000 },
  elapsedMs: 12.5,
})
