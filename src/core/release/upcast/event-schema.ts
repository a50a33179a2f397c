/**
 * Which version of the events a stored one is. It rises whenever the shape of an event changes, if only by a member that may be absent: an older
 * Tidegate could not read it.
 *
 * 1: releases of one service, with requirements. 2: trains of services, with gates; since events name their version, also without a change. 3: cohorts of flags, segments
 * and gauges, what a verdict was made of, broken splits, more of how a plan is judged.
 */
import { z } from 'zod'
import type { StoredEvent } from '../../audit/stored-event.ts'

export const eventSchemaVersion = 3

/** How the first event of a release tells, where none names its version. */
const NamelessStart = z.object({ event: z.object({ plan: z.object({ schemaVersion: z.literal(1) }) }) })

/** The version that an event was stored in. Events that name none are all of the version in which their stream began. */
export const schemaOf = (stored: StoredEvent, first: StoredEvent | undefined): number =>
  stored.schema ?? (NamelessStart.safeParse(first).success ? 1 : 2)
