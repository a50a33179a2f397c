/** An address of the operator's files. */
import { z } from 'zod'

export const Url = z.string().regex(/^https?:\/\/[^\s]+$/, 'an http or https URL')
