// What modules/ that assign roles are told.

@export()
@description('Roles for one identity, each by its name in role-ids.json.')
type grant = {
  @description('The object id of the identity, person or group.')
  principalId: string

  @description('What it is.')
  principalType: 'User' | 'Group' | 'ServicePrincipal'

  @description('The role, by its name in role-ids.json.')
  role: string
}
