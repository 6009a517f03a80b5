// Makes one of each kind of thing through the client, changes it, and removes it again.
package admin;

import jakarta.ws.rs.core.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.keycloak.admin.client.CreatedResponseUtil;
import org.keycloak.admin.client.resource.RealmResource;
import org.keycloak.common.util.MultivaluedHashMap;
import org.keycloak.representations.idm.AuthenticationFlowRepresentation;
import org.keycloak.representations.idm.ClientInitialAccessCreatePresentation;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.ClientScopeRepresentation;
import org.keycloak.representations.idm.ComponentRepresentation;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.GroupRepresentation;
import org.keycloak.representations.idm.IdentityProviderMapperRepresentation;
import org.keycloak.representations.idm.IdentityProviderRepresentation;
import org.keycloak.representations.idm.OrganizationDomainRepresentation;
import org.keycloak.representations.idm.OrganizationRepresentation;
import org.keycloak.representations.idm.ProtocolMapperRepresentation;
import org.keycloak.representations.idm.RealmRepresentation;
import org.keycloak.representations.idm.RoleRepresentation;
import org.keycloak.representations.idm.UserRepresentation;

final class Making {
    /** What was made, by the interface and the parameter that ask for it: see {@link Walk}. */
    final Map<String, String> names = new HashMap<>();

    private final RealmResource realm;
    private String user;
    private String group;
    private String client;
    private String scope;
    private String organization;
    private String component;

    Making(RealmResource realm) {
        this.realm = realm;
    }

    void all() {
        Suite.test("a realm is changed", () -> {
            RealmRepresentation sent = realm.toRepresentation();
            sent.setDisplayName("Read by Java");
            sent.setOrganizationsEnabled(true);
            sent.setInternationalizationEnabled(true);
            sent.setEventsEnabled(true);
            sent.setAdminEventsEnabled(true);
            sent.setAdminEventsDetailsEnabled(true);
            realm.update(sent);
            same("Read by Java", realm.toRepresentation().getDisplayName());
        });
        Suite.test("a user with a password is made", this::user);
        Suite.test("a group with a group below it is made", this::group);
        Suite.test("roles are made, one inside the other", this::roles);
        Suite.test("a client with a service account is made", this::client);
        Suite.test("a client scope is made, and given to the client", this::scope);
        Suite.test("a role is granted to a user and to a group", this::grants);
        Suite.test("an identity provider with a mapper is made", this::identityProvider);
        Suite.test("a component is made", this::component);
        Suite.test("a flow is copied, and gets a step", this::flow);
        Suite.test("an organization with a member is made", this::organization);
        Suite.test("texts of a language are kept", () -> {
            realm.localization().saveRealmLocalizationText("de", "greeting", "Guten Tag");
            same("Guten Tag", realm.localization().getRealmLocalizationText("de", "greeting"));
            names.put("RealmLocalizationResource.locale", "de");
            names.put("RealmLocalizationResource.key", "greeting");
        });
        Suite.test("an initial access token is made", () -> {
            var made = realm.clientInitialAccess().create(new ClientInitialAccessCreatePresentation(60, 2));
            same(2, made.getRemainingCount());
            same(true, made.getToken().startsWith("ey"));
        });
    }

    private void user() {
        var sent = new UserRepresentation();
        sent.setUsername("ada");
        sent.setEmail("ada@example.org");
        sent.setFirstName("Ada");
        sent.setLastName("Lovelace");
        sent.setEnabled(true);
        var password = new CredentialRepresentation();
        password.setType(CredentialRepresentation.PASSWORD);
        password.setValue("an honest passphrase");
        sent.setCredentials(List.of(password));
        user = CreatedResponseUtil.getCreatedId(realm.users().create(sent));
        same("ada", realm.users().get(user).toRepresentation().getUsername());
        same(1, realm.users().searchByEmail("ada@example.org", true).size());
        same(1, realm.users().get(user).credentials().size());
        names.put("UsersResource.id", user);
        names.put("UserResource.id", user);
        names.put("AttackDetectionResource.userId", user);
        names.put("ClientScopeEvaluateResource?userId", user);
    }

    private void group() {
        var sent = new GroupRepresentation();
        sent.setName("engineers");
        sent.singleAttribute("floor", "3");
        group = CreatedResponseUtil.getCreatedId(realm.groups().add(sent));
        var below = new GroupRepresentation();
        below.setName("compilers");
        try (Response made = realm.groups().group(group).subGroup(below)) {
            same(201, made.getStatus());
        }
        realm.users().get(user).joinGroup(group);
        same(1, realm.groups().group(group).getSubGroups(0, 10, false).size());
        same("/engineers/compilers", realm.getGroupByPath("engineers/compilers").getPath());
        names.put("GroupsResource.id", group);
        names.put("RealmResource.path", "engineers/compilers");
    }

    private void roles() {
        realm.roles().create(new RoleRepresentation("staff", "works here", false));
        realm.roles().create(new RoleRepresentation("chief", "leads", false));
        realm.roles().get("chief").addComposites(List.of(realm.roles().get("staff").toRepresentation()));
        RoleRepresentation chief = realm.roles().get("chief").toRepresentation();
        same(true, chief.isComposite());
        same(1, realm.rolesById().getRoleComposites(chief.getId()).size());
        names.put("RolesResource.get.role-name", "chief");
        names.put("RolesResource.role-name", "chief");
        names.put("RoleByIdResource.role-id", chief.getId());
    }

    private void client() {
        var sent = new ClientRepresentation();
        sent.setClientId("shop");
        sent.setServiceAccountsEnabled(true);
        sent.setDirectAccessGrantsEnabled(true);
        sent.setRedirectUris(List.of("https://shop.example/*"));
        client = CreatedResponseUtil.getCreatedId(realm.clients().create(sent));
        same(1, realm.clients().findByClientId("shop").size());
        same("service-account-shop", realm.clients().get(client).getServiceAccountUser().getUsername());
        String before = realm.clients().get(client).getSecret().getValue();
        String after = realm.clients().get(client).generateNewSecret().getValue();
        same(false, Objects.equals(before, after));
        realm.clients().get(client).roles().create(new RoleRepresentation("buyer", "buys", false));
        var mapper = new ProtocolMapperRepresentation();
        mapper.setName("office");
        mapper.setProtocol("openid-connect");
        mapper.setProtocolMapper("oidc-hardcoded-claim-mapper");
        mapper.setConfig(Map.of("claim.name", "office", "claim.value", "north", "access.token.claim", "true"));
        String id = CreatedResponseUtil.getCreatedId(realm.clients().get(client).getProtocolMappers().createMapper(mapper));
        names.put("ClientsResource.id", client);
        names.put("ClientResource.providerId", "keycloak-oidc-keycloak-json");
        names.put("ClientResource.attr", "jwt.credential");
        names.put("ProtocolMappersResource.protocol", "openid-connect");
        names.put("RoleMappingResource.clientUUID", client);
        names.put("RoleMappingResource.client", client);
        names.put("RoleResource.appName", "shop");
        names.put("RoleResource.clientUuid", client);
        names.put("RoleByIdResource.clientUuid", client);
        same(1, (int) realm.clients().get(client).getProtocolMappers().getMappers().stream().filter(one -> one.getId().equals(id)).count());
    }

    private void scope() {
        var sent = new ClientScopeRepresentation();
        sent.setName("orders");
        sent.setProtocol("openid-connect");
        scope = CreatedResponseUtil.getCreatedId(realm.clientScopes().create(sent));
        realm.clients().get(client).addOptionalClientScope(scope);
        same(true, realm.clients().get(client).getOptionalClientScopes().stream().anyMatch(one -> one.getName().equals("orders")));
        names.put("ClientScopesResource.id", scope);
    }

    private void grants() {
        var staff = List.of(realm.roles().get("staff").toRepresentation());
        realm.users().get(user).roles().realmLevel().add(staff);
        realm.groups().group(group).roles().realmLevel().add(staff);
        var buyer = List.of(realm.clients().get(client).roles().get("buyer").toRepresentation());
        realm.users().get(user).roles().clientLevel(client).add(buyer);
        same(true, realm.users().get(user).roles().getAll().getClientMappings().containsKey("shop"));
        same(1, realm.roles().get("staff").getUserMembers().size());
        same(1, realm.roles().get("staff").getRoleGroupMembers().size());
        realm.clients().get(client).getScopeMappings().realmLevel().add(staff);
    }

    private void identityProvider() {
        var sent = new IdentityProviderRepresentation();
        sent.setAlias("partner");
        sent.setProviderId("oidc");
        sent.setEnabled(true);
        sent.setConfig(new HashMap<>(Map.of("clientId", "us", "clientSecret", "a secret", "authorizationUrl", "https://partner.example/auth", "tokenUrl", "https://partner.example/token")));
        same(201, status(realm.identityProviders().create(sent)));
        var mapper = new IdentityProviderMapperRepresentation();
        mapper.setName("role of partners");
        mapper.setIdentityProviderAlias("partner");
        mapper.setIdentityProviderMapper("oidc-hardcoded-role-idp-mapper");
        mapper.setConfig(new HashMap<>(Map.of("role", "staff", "syncMode", "INHERIT")));
        String id = CreatedResponseUtil.getCreatedId(realm.identityProviders().get("partner").addMapper(mapper));
        same("**********", realm.identityProviders().get("partner").toRepresentation().getConfig().get("clientSecret"));
        names.put("IdentityProvidersResource.alias", "partner");
        names.put("IdentityProvidersResource.provider_id", "oidc");
        names.put("IdentityProviderResource.id", id);
    }

    private void component() {
        var sent = new ComponentRepresentation();
        sent.setName("one more key");
        sent.setProviderId("ecdsa-generated");
        sent.setProviderType("org.keycloak.keys.KeyProvider");
        sent.setConfig(new MultivaluedHashMap<>(Map.of("priority", List.of("7"), "ecdsaEllipticCurveKey", List.of("P-256"))));
        component = CreatedResponseUtil.getCreatedId(realm.components().add(sent));
        same("ecdsa-generated", realm.components().component(component).toRepresentation().getProviderId());
        names.put("ComponentsResource.component.id", component);
        names.put("ComponentsResource.id", component);
    }

    private void flow() {
        same(201, status(realm.flows().copy("browser", Map.of("newName", "our browser"))));
        realm.flows().addExecution("our browser", Map.of("provider", "auth-cookie"));
        var steps = realm.flows().getExecutions("our browser");
        same(true, steps.stream().anyMatch(step -> "auth-cookie".equals(step.getProviderId())));
        AuthenticationFlowRepresentation flow = realm.flows().getFlows().stream().filter(one -> one.getAlias().equals("our browser")).findFirst().orElseThrow();
        names.put("AuthenticationManagementResource.id", flow.getId());
        names.put("AuthenticationManagementResource.flowAlias", "our browser");
        names.put("AuthenticationManagementResource.getExecution.executionId", steps.get(0).getId());
        names.put("AuthenticationManagementResource.getRequiredAction.alias", "CONFIGURE_TOTP");
        names.put("AuthenticationManagementResource.providerId", "auth-otp-form");
    }

    private void organization() {
        var sent = new OrganizationRepresentation();
        sent.setName("Acme");
        sent.setAlias("acme");
        sent.addDomain(new OrganizationDomainRepresentation("acme.example"));
        organization = CreatedResponseUtil.getCreatedId(realm.organizations().create(sent));
        same(201, status(realm.organizations().get(organization).members().addMember(user)));
        same(1L, realm.organizations().get(organization).members().count());
        names.put("OrganizationsResource.id", organization);
        names.put("OrganizationsResource.org-id", organization);
        names.put("OrganizationMembersResource.id", user);
        names.put("OrganizationMembersResource.member-id", user);
        names.put("OrganizationsMembersResource.member-id", user);
    }

    /** Sends back what was read, with one member changed. */
    void changes() {
        Suite.test("a user is changed", () -> {
            UserRepresentation sent = realm.users().get(user).toRepresentation();
            sent.setLastName("King");
            realm.users().get(user).update(sent);
            same("King", realm.users().get(user).toRepresentation().getLastName());
        });
        Suite.test("a group is changed", () -> {
            GroupRepresentation sent = realm.groups().group(group).toRepresentation();
            sent.setName("makers");
            realm.groups().group(group).update(sent);
            same("/makers", realm.groups().group(group).toRepresentation().getPath());
        });
        Suite.test("a client is changed", () -> {
            ClientRepresentation sent = realm.clients().get(client).toRepresentation();
            sent.setDescription("sells");
            realm.clients().get(client).update(sent);
            same("sells", realm.clients().get(client).toRepresentation().getDescription());
        });
        Suite.test("an identity provider is changed, and keeps its secret", () -> {
            IdentityProviderRepresentation sent = realm.identityProviders().get("partner").toRepresentation();
            sent.setDisplayName("Partner");
            realm.identityProviders().get("partner").update(sent);
            same("Partner", realm.identityProviders().get("partner").toRepresentation().getDisplayName());
        });
        Suite.test("a component is changed", () -> {
            ComponentRepresentation sent = realm.components().component(component).toRepresentation();
            sent.getConfig().putSingle("priority", "8");
            realm.components().component(component).update(sent);
            same("8", realm.components().component(component).toRepresentation().getConfig().getFirst("priority"));
        });
        Suite.test("an organization is changed", () -> {
            OrganizationRepresentation sent = realm.organizations().get(organization).toRepresentation();
            sent.setDescription("makes everything");
            same(204, status(realm.organizations().get(organization).update(sent)));
            same("makes everything", realm.organizations().get(organization).toRepresentation().getDescription());
        });
        Suite.test("the user profile is changed", () -> {
            var sent = realm.users().userProfile().getConfiguration();
            realm.users().userProfile().update(sent);
            same(sent.getAttributes().size(), realm.users().userProfile().getConfiguration().getAttributes().size());
        });
        Suite.test("what the realm holds is exported", () -> {
            RealmRepresentation all = realm.partialExport(true, true);
            same(true, all.getClients().stream().anyMatch(one -> one.getClientId().equals("shop")));
        });
    }

    void removals() {
        Suite.test("an organization is removed", () -> same(204, status(realm.organizations().get(organization).delete())));
        Suite.test("a flow is removed", () -> realm.flows().deleteFlow(names.get("AuthenticationManagementResource.id")));
        Suite.test("an identity provider is removed", () -> realm.identityProviders().get("partner").remove());
        Suite.test("a component is removed", () -> realm.components().component(component).remove());
        Suite.test("a client scope is removed", () -> realm.clientScopes().get(scope).remove());
        Suite.test("a client is removed", () -> realm.clients().get(client).remove());
        Suite.test("a role is removed", () -> realm.roles().deleteRole("chief"));
        Suite.test("a group is removed", () -> realm.groups().group(group).remove());
        Suite.test("a user is removed", () -> same(204, status(realm.users().delete(user))));
    }

    private static int status(Response response) {
        try (response) {
            return response.getStatus();
        }
    }

    private static void same(Object expected, Object found) {
        if (!Objects.equals(expected, found)) throw new IllegalStateException("expected " + expected + ", found " + found);
    }
}
