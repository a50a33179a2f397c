/** What every statement of a plan carries: an id, the author's words, and the lines they stand on. */
import { z } from 'zod'
import { SourceRange } from './diagnostic.ts'

export const Id = z.string().min(1)

export const statement = { id: Id, text: z.string(), source: SourceRange }
