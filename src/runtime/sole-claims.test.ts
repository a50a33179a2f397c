/** The claims of a controller alone keep the contract. */
import { claimsContract } from '../../test/contract/claims.ts'
import { createSoleClaims } from './sole-claims.ts'

claimsContract('sole', createSoleClaims)
