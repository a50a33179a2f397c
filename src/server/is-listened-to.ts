/** Tells a live socket from the file a dead process left. */
import { connect } from 'node:net'

/** Whether somebody listens on a socket. The kernel answers at once, however busy the listener is. Throws when it may not be asked. */
export function isListenedTo(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      // A full queue of a listener that is busy or stopped.
      else if (error.code === 'EAGAIN') resolve(true)
      else reject(new Error(`cannot reach ${path}: ${error.message}`, { cause: error }))
    })
  })
}
