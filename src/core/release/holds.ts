/** What a hold is about, by one name: it is what people retry, skip or wait for. */
import type { Release } from './release.ts'

export const stageAbout = (stageId: string): string => `stage ${stageId}`
export const stepAbout = (stepId: string): string => `step ${stepId}`
export const gateAbout = (gateId: string): string => `gate ${gateId}`
export const triggerAbout = (triggerId: string): string => `trigger ${triggerId}`

export const isHeld = (release: Release, about: string): boolean => release.holds.some((hold) => hold.about === about)

/** The effects without the calls that served what is tried again. */
export function withoutEffectsOf(release: Release, about: string): Release['effects'] {
  const served = `${about} `
  return Object.fromEntries(Object.entries(release.effects).filter(([key]) => key !== about && !key.startsWith(served)))
}
