import { expect, it } from 'vitest'
import { isAllowedHost } from './allowed-host.ts'

it.each<[string | undefined, boolean]>([
  ['127.0.0.1:8016', true],
  ['10.1.2.3', true],
  ['[::1]:8016', true],
  ['localhost', true],
  ['LOCALHOST.:8016', true],
  ['flags.shop.example:8016', true],
  ['Flags.Shop.Example', true],
  ['evil.example', false],
  ['evil.example:8016', false],
  ['127.0.0.1.evil.example', false],
  ['flags.shop.example.evil.example', false],
  ['localhost@evil.example', false],
  ['[evil.example]', false],
  ['', false],
  [undefined, false],
])('%j: %s', (host, expected) => expect(isAllowedHost(host, ['flags.shop.example.'])).toBe(expected))
