/** The thread of `rehearse-apart.ts`: rehearses the plan that it was given and answers with the evidence. */
import { parentPort, workerData } from 'node:worker_threads'
import { evidenceOf } from './rehearsal-evidence.ts'

parentPort?.postMessage(evidenceOf(workerData.plan, workerData.startWallMs))
