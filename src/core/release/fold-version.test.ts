/**
 * Logs as they were stored, kept as they are for ever: whatever Tidegate becomes, it reads them, and what it makes of them changes only with the
 * fold's version, for snapshots outlive an upgrade.
 */
import { describe, expect, it } from 'vitest'
import { goldenLogs } from '../../../test/fixtures/golden-logs.ts'
import { digestOf } from '../canonical.ts'
import { firstBreak } from './chain.ts'
import { foldVersion, releaseOf } from './evolve.ts'
import { readEvents } from './upcast/read-events.ts'

const second = {
  degraded: '1fb4428713ef5775041fe0f4cc625cc9a1abec2872e827acd0fb1740dfc2397c',
  'succeeded-after-holds': '3288e05b8fb48f8296433891e30557be78dca2ce61df443c17c3850e4ba4d9d9',
  'train-rolled-back': 'bdc362f1ba9e5168d85f6acc2b06b156621be484ef8175f694440b376e4cb8f1',
  'version-1-going-back': 'c2f3e70efd35764407fc99d75318c6777a7c1d5948db4fe2ea0cdcac4f28f0da',
  'version-1-held': '4730a2092fa4fb670df54870346f7301fc4831db79e9eb6a4b793c0eb04f2886',
  'version-1-in-a-stage': '4ebcb9e54c8e9b127282211c41884d7c119c77a2d2989733f1bc0a266e4d56c4',
  'version-1-rolled-back': '971bb604d9cf032bbde392577ce389bd9aafde2a627ea7f0fc535d0bc2eab3f4',
  'version-1-succeeded': 'eed805d7e47810f10778720fda6e313c56cacdf0b0ea9d243100ebeb5ac9eb85',
  'version-2-judged-by-bets': '47c8587b0159486f2468db7bd8557a10dd5a3ea0272b9d4baddf9596adf1d9a3',
  'version-3-rolled-back': '8d41bbb2bfe405d2bf6f80698a1b77074daf54310dd3caa97dc535c10f4e8b5f',
}

/** What each log gives, by the version of the fold. Raise `foldVersion` when a state changes, and add its digests. */
const known: Record<number, Record<string, string>> = {
  1: {
    degraded: 'aa1f44aafad1396c2cefd414ef290488690238a4fbcc8e23a5f6ed3fca28c4bf',
    'succeeded-after-holds': '3288e05b8fb48f8296433891e30557be78dca2ce61df443c17c3850e4ba4d9d9',
    'train-rolled-back': 'bdc362f1ba9e5168d85f6acc2b06b156621be484ef8175f694440b376e4cb8f1',
    'version-1-going-back': 'c2f3e70efd35764407fc99d75318c6777a7c1d5948db4fe2ea0cdcac4f28f0da',
    'version-1-held': '583f0f471e807341812c81a453aef3463ffd21af5cc3e264316fd038afc20a6c',
    'version-1-in-a-stage': '4ebcb9e54c8e9b127282211c41884d7c119c77a2d2989733f1bc0a266e4d56c4',
    'version-1-rolled-back': '971bb604d9cf032bbde392577ce389bd9aafde2a627ea7f0fc535d0bc2eab3f4',
    'version-1-succeeded': 'eed805d7e47810f10778720fda6e313c56cacdf0b0ea9d243100ebeb5ac9eb85',
  },
  2: second,
  // From 2 on only bets on noisy metrics changed, and how often scores of latencies are made anew.
  3: {
    ...second,
    'version-3-strong-noise': 'ce086f540b75e760123f872187422694f47b34f04b4963c141584d1619bc28b1',
  },
  4: {
    ...second,
    'version-3-noisy-latency': '2240c71e358037261fb8de0eb9f5013ae0f15fd2366efa307a10eb33a6692ae4',
    'version-3-strong-noise': 'a0123775b17e4d013c7bbb5834e555e99c77b9e9c2b30464ea5064f89e51a4f9',
  },
}

const logs = goldenLogs().map(({ name, stored }) => ({ name, events: readEvents(stored) }))

describe('a stored log', () => {
  it.each(logs)('$name is read whole, and gives the state that this version of the fold gives', ({ name, events }) => {
    expect(firstBreak(events)).toBeNull()
    expect(digestOf(releaseOf(events))).toBe(known[foldVersion]?.[name])
  })

  it('each is known', () => {
    expect(logs.map(({ name }) => name).sort()).toEqual(Object.keys(known[foldVersion] ?? {}).sort())
  })
})
