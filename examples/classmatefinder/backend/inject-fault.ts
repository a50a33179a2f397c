// Makes the API misbehave on purpose, so that a rollout has something to find. Health and metrics are outside its reach.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { writeLog } from '../process/write-log.ts'
import type { Fault } from './settings.ts'

const failingShare = 0.12
const slowShare = 0.15
const slowdownMs = 2500
const servedBeforeCrash = 40
const crashExitCode = 70

/** Adds the fault to the routes of `api`. The fault `verification` lies in the mail sender, not here. */
export function injectFault(api: FastifyInstance, fault: Fault): void {
  let requests = 0
  let served = 0
  if (fault === 'errors') {
    api.addHook('onRequest', async (_request, reply) => {
      if (isTurn(requests++, failingShare)) return reply.code(500).send({ error: 'internal error' })
    })
  } else if (fault === 'slow') {
    api.addHook('onRequest', async () => {
      if (isTurn(requests++, slowShare)) await sleep(slowdownMs)
    })
  } else if (fault === 'crash') {
    api.addHook('onResponse', async () => {
      served += 1
      if (served < servedBeforeCrash) return
      writeLog('crash', { served })
      process.exit(crashExitCode)
    })
  }
}

/** True for `share` of all numbers from 0 on, spread as evenly as whole numbers allow. */
export function isTurn(number: number, share: number): boolean {
  return Math.floor((number + 1) * share) > Math.floor(number * share)
}
