import { notifierContract } from '../../../test/contract/notifier.ts'
import { createMemoryNotifier } from './memory.ts'

notifierContract(async () => {
  const notifier = createMemoryNotifier(['log'])
  const subjects = async () => notifier.messages('log').map(({ subject }) => subject)
  return { notifier, subjects, [Symbol.asyncDispose]: async () => undefined }
})
