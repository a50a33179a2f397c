/** The flag server of `tidegate serve`, on this machine's clock. */
import type { FlagServer, FlagServerOptions } from './cli/context.ts'
import { UserError } from './cli/context.ts'
import type { Fault } from './core/flags/fault.ts'
import { replaceText } from './drivers/flags/replace-text.ts'
import { serveFlagFile } from './server/serve-flag-file.ts'
import { SyncAddressRefused } from './server/sync-server.ts'

export async function serveFlags(options: FlagServerOptions): Promise<FlagServer | { faults: Fault[] }> {
  try {
    const { adminTokenFile, ...file } = options
    const admin = adminTokenFile === undefined ? undefined : { tokenFile: adminTokenFile, replace: replaceText }
    return await serveFlagFile({ ...file, admin, nowSec: () => Date.now() / 1_000 })
  } catch (error) {
    if (error instanceof SyncAddressRefused) throw new UserError(`${error.message} (choose another with --sync-port)`)
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new UserError(`${options.host}:${options.port} cannot be listened on: ${message}`)
  }
}
