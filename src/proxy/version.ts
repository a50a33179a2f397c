/** What the admin interface takes as a version. */
import { z } from 'zod'

export const Version = z.string().regex(/^[A-Za-z0-9][\w.+-]{0,99}$/, 'a version such as v1.2.3')
