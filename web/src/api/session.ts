import { get, post, put, remove } from './client.ts'
import type { Member, SessionInfo, Token, TokenScope } from './types.ts'

export const getSession = (): Promise<SessionInfo> => get('/api/session')
export const signIn = (email: string, password: string): Promise<SessionInfo> =>
  post('/api/session', { email, password })
export const signOut = (): Promise<void> => remove('/api/session')
export const changePassword = (currentPassword: string, newPassword: string): Promise<void> =>
  put('/api/session/password', { currentPassword, newPassword })

export interface SetUp {
  secret: string
  email: string
  name: string
  password: string
  organisation: string
}

export const getSetUp = (): Promise<{ needed: boolean }> => get('/api/setup')
export const setUp = (values: SetUp): Promise<SessionInfo> => post('/api/setup', values)

export const listMembers = (organisation: string): Promise<{ items: Member[] }> =>
  get(`/api/organisations/${organisation}/members`)

export const listTokens = (organisation: string): Promise<{ items: Token[] }> =>
  get('/api/tokens', { organisation })
export const createToken = (
  organisation: string,
  name: string,
  scope: TokenScope,
): Promise<Token & { secret: string }> => post('/api/tokens', { organisation, name, scope })
export const revokeToken = (id: string): Promise<void> => remove(`/api/tokens/${id}`)
