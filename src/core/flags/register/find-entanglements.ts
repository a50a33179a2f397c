/** Flags that depend on each other in a circle, or on so much that a rule would grow beyond measure. */
import type { Fault } from '../fault.ts'
import { type FlagRegister, member, togglesOf } from './flag-register.ts'

/** Flags one after the other; a rule may be 64 levels deep, and each of them takes several. */
const maximumChain = 8
/** Flags and cohorts that the rule of one flag is made of, each as often as it is written there. */
const maximumParts = 500

interface Weighed {
  /** How many flags in a row, with this one. */
  chain: number
  parts: number
}

export function findEntanglements(register: FlagRegister): Fault[] {
  const toggles = togglesOf(register)
  const weighed = new Map<string, Weighed>()
  const faults: Fault[] = []
  /** Those that are being weighed, in their order. */
  const open: string[] = []

  function weigh(key: string): Weighed {
    const known = weighed.get(key)
    if (known) return known
    if (open.includes(key)) {
      const circle = [...open.slice(open.indexOf(key)), key].join(' → ')
      faults.push({ path: ['flags', key], message: `these depend on each other in a circle: ${circle}` })
      return { chain: 0, parts: 0 }
    }
    if (open.length >= maximumChain) return { chain: maximumChain, parts: 0 }
    open.push(key)
    const inner = dependenciesOf(key).map(weigh)
    open.pop()
    const chain = 1 + Math.max(0, ...inner.map((one) => one.chain))
    const parts = inner.reduce((sum, one) => sum + one.parts, 1 + cohortsOf(key))
    const found = { chain, parts }
    weighed.set(key, found)
    return found
  }

  function dependenciesOf(key: string): string[] {
    const toggle = toggles.get(key)
    const required = Object.keys(member(register.flags, key)?.requires ?? {})
    return toggle === undefined ? required : [toggle, ...required]
  }

  /** In the environment where there are most. */
  function cohortsOf(key: string): number {
    const settings = Object.values(member(register.flags, key)?.environments ?? {})
    return Math.max(0, ...settings.map(({ cohorts = [] }) => cohorts.length))
  }

  for (const key of Object.keys(register.flags)) {
    const { chain, parts } = weigh(key)
    if (faults.length > 0) break
    if (chain > maximumChain)
      faults.push({ path: ['flags', key], message: `it depends on a chain of more than ${maximumChain - 1} flags` })
    else if (parts > maximumParts)
      faults.push({ path: ['flags', key], message: `it depends on more than ${maximumParts} flags and cohorts` })
  }
  return faults
}
