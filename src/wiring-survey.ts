/** Looks at what an operator lends and what its metric and flag sources offer, for `tidegate bind`: no store is opened, nothing is moved. */
import { dirname, join } from 'node:path'
import { type CliContext, type Survey, UserError } from './cli/context.ts'
import { operatorDrivers } from './operator-drivers.ts'
import type { DriverContext } from './ports/drivers.ts'
import { readOperator, settingsFor } from './wiring.ts'

const timeoutMs = 20_000
const contextNow = (): DriverContext => ({ signal: AbortSignal.timeout(timeoutMs), timeoutMs })

export async function surveyOperator(context: CliContext, stateDir: string, operatorFile?: string): Promise<Survey> {
  const settings = await settingsFor(context, stateDir, operatorFile)
  if (!settings)
    throw new UserError(`nothing has run in ${stateDir} yet: name the operator's file with --operator FILE`)
  const operator = await readOperator(context, settings, join(stateDir, 'data'))
  const { drivers } = operatorDrivers(operator, { stateDir, workingFolder: dirname(settings.operatorFile) })
  try {
    const sources = Object.keys(operator.metricSources).map(async (source): Promise<Survey['sources'][number]> => {
      const none = { source, offers: [], omitted: 0 }
      const driver = drivers.metricSource(source)
      if (!driver?.offers) return { ...none, problem: 'it cannot say what it has' }
      const outcome = await driver.offers(source, contextNow())
      if (!outcome.ok) return { ...none, problem: outcome.error.message }
      return { source, offers: outcome.value.families, omitted: outcome.value.omitted }
    })
    const flagSources = Object.keys(operator.flagSources).map(
      async (source): Promise<Survey['flagSources'][number]> => {
        const outcome = await drivers.flagSource(source)?.offers(source, contextNow())
        if (!outcome) return { source, offers: [], problem: 'no driver serves it' }
        return outcome.ok ? { source, offers: outcome.value } : { source, offers: [], problem: outcome.error.message }
      },
    )
    const [metrics, flags] = await Promise.all([Promise.all(sources), Promise.all(flagSources)])
    return { operator, sources: metrics, flagSources: flags }
  } finally {
    await drivers.close()
  }
}
