/** Channels on which the operator lets notices go out, by driver. */
import { z } from 'zod'

export const LogChannel = z.strictObject({ driver: z.literal('log') })
export const ChannelSpec = z.discriminatedUnion('driver', [LogChannel])
