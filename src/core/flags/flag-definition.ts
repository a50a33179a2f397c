/** Flags in flagd's JSON format (https://flagd.dev/reference/flag-definitions/): what must hold before anything can be made of one. */
import { z } from 'zod'

/** What is not named here is looked at by whoever needs it. */
export const FlagDefinition = z
  .looseObject({
    state: z.enum(['ENABLED', 'DISABLED']),
    variants: z
      .record(z.string(), z.unknown())
      .refine((variants) => Object.keys(variants).length > 0, 'a flag needs a variant'),
    defaultVariant: z.string().nullish(),
    targeting: z.looseObject({}).optional(),
    metadata: z.looseObject({}).optional(),
  })
  .refine(({ variants, defaultVariant }) => !defaultVariant || Object.hasOwn(variants, defaultVariant), {
    path: ['defaultVariant'],
    message: 'it is none of the variants',
  })
export type FlagDefinition = z.infer<typeof FlagDefinition>

export const FlagDefinitions = z.looseObject({
  flags: z.record(z.string().min(1), z.unknown()),
  $evaluators: z.record(z.string().min(1), z.unknown()).optional(),
  metadata: z.looseObject({}).optional(),
})
export type FlagDefinitions = z.infer<typeof FlagDefinitions>
