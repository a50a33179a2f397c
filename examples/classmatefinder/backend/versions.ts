// What each version of the service can do: the whole difference between baseline and candidate.

/** Features of one version. */
export interface Version {
  readonly name: string
  /** The newest migration its statements rely on. Later ones only add, so it works after them too. */
  readonly migration: number
  /** Programme and a few words about oneself, read and changed through /api/profile. */
  readonly editableProfile: boolean
  /** Whether FAULT breaks it. */
  readonly breakable: boolean
}

/** Every version this code can run as, by name. */
export const versions: ReadonlyMap<string, Version> = new Map(
  [
    { name: 'v0.0.9', migration: 1, editableProfile: false, breakable: false },
    { name: 'v0.1.0', migration: 2, editableProfile: true, breakable: true },
  ].map((version) => [version.name, version]),
)
