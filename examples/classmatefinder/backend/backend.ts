// What a server is made of: its version, settings and the parts its routes work with.
import type { AccessTokens } from './access-token.ts'
import type { AccountStore } from './account-store.ts'
import type { MailQueue } from './mail-queue.ts'
import type { ServiceMetrics } from './service-metrics.ts'
import type { Settings } from './settings.ts'
import type { Version } from './versions.ts'

/** What the routes work with. */
export interface Backend {
  readonly version: Version
  readonly settings: Settings
  readonly accounts: AccountStore
  readonly mails: Pick<MailQueue, 'add'>
  readonly metrics: ServiceMetrics
  readonly tokens: AccessTokens
  /** Where people reach the service; asked when a mail is written, since a chosen port is known only then. */
  readonly publicUrl: () => string
}
