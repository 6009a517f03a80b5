//! The tables, as Diesel sees them: generated from the migrations, checked against both databases by a test.

diesel::table! {
    server_state (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    realms (id) {
        id -> Text,
        name -> Text,
        enabled -> Bool,
        version -> BigInt,
        settings -> Text,
        secrets -> Nullable<Binary>,
    }
}

diesel::table! {
    components (id) {
        id -> Text,
        realm_id -> Text,
        parent_id -> Text,
        name -> Nullable<Text>,
        provider_id -> Text,
        provider_type -> Text,
        sub_type -> Nullable<Text>,
        config -> Text,
        secrets -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    identity_providers (id) {
        id -> Text,
        realm_id -> Text,
        alias -> Text,
        provider_id -> Text,
        enabled -> Bool,
        settings -> Text,
        config -> Text,
        secrets -> Nullable<Binary>,
    }
}

diesel::table! {
    identity_provider_mappers (id) {
        id -> Text,
        realm_id -> Text,
        provider -> Text,
        name -> Text,
        mapper -> Text,
        config -> Text,
    }
}

diesel::table! {
    resource_servers (client_uuid) {
        client_uuid -> Text,
        realm_id -> Text,
        settings -> Text,
    }
}

diesel::table! {
    authz_scopes (id) {
        id -> Text,
        realm_id -> Text,
        client_uuid -> Text,
        name -> Text,
        display_name -> Nullable<Text>,
        icon_uri -> Nullable<Text>,
    }
}

diesel::table! {
    authz_resources (id) {
        id -> Text,
        realm_id -> Text,
        client_uuid -> Text,
        owner -> Text,
        name -> Text,
        scopes -> Text,
        details -> Text,
    }
}

diesel::table! {
    authz_policies (id) {
        id -> Text,
        realm_id -> Text,
        client_uuid -> Text,
        name -> Text,
        kind -> Text,
        details -> Text,
    }
}

diesel::table! {
    authz_tickets (id) {
        id -> Text,
        realm_id -> Text,
        client_uuid -> Text,
        resource_id -> Text,
        scope_id -> Text,
        owner -> Text,
        requester -> Text,
        policy_id -> Nullable<Text>,
        created_at -> BigInt,
        granted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    organizations (id) {
        id -> Text,
        realm_id -> Text,
        name -> Text,
        alias -> Text,
        enabled -> Bool,
        details -> Text,
    }
}

diesel::table! {
    organization_domains (realm_id, name) {
        realm_id -> Text,
        name -> Text,
        organization_id -> Text,
        details -> Text,
    }
}

diesel::table! {
    organization_members (organization_id, user_id) {
        organization_id -> Text,
        user_id -> Text,
        realm_id -> Text,
        managed -> Bool,
    }
}

diesel::table! {
    organization_invitations (id) {
        id -> Text,
        realm_id -> Text,
        organization_id -> Text,
        email -> Text,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    organization_groups (id) {
        id -> Text,
        realm_id -> Text,
        organization_id -> Text,
        parent_id -> Text,
        name -> Text,
        description -> Nullable<Text>,
        attributes -> Text,
    }
}

diesel::table! {
    organization_group_roles (group_id, role_id) {
        group_id -> Text,
        role_id -> Text,
        realm_id -> Text,
    }
}

diesel::table! {
    organization_group_members (group_id, user_id) {
        group_id -> Text,
        user_id -> Text,
        organization_id -> Text,
        realm_id -> Text,
    }
}

diesel::table! {
    client_initial_access (id) {
        id -> Text,
        realm_id -> Text,
        created_at -> BigInt,
        lifespan -> BigInt,
        count -> BigInt,
        remaining -> BigInt,
        web_origins -> Text,
    }
}

diesel::table! {
    workflows (id) {
        id -> Text,
        realm_id -> Text,
        name -> Text,
        definition -> Text,
        enabled -> Bool,
        trusted -> Bool,
        due_at -> Nullable<BigInt>,
        walked_to -> Text,
        walk_left -> Nullable<BigInt>,
    }
}

diesel::table! {
    workflow_triggers (id) {
        id -> Text,
        realm_id -> Text,
        kind -> Text,
        user_id -> Nullable<Text>,
        client_uuid -> Nullable<Text>,
        detail -> Text,
        hops -> BigInt,
    }
}

diesel::table! {
    workflow_runs (id) {
        id -> Text,
        realm_id -> Text,
        workflow_id -> Text,
        user_id -> Nullable<Text>,
        client_uuid -> Nullable<Text>,
        step_id -> Text,
        due_at -> BigInt,
        attempts -> BigInt,
        problem -> Nullable<Text>,
        hops -> BigInt,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        realm_id -> Text,
        client_id -> Text,
        enabled -> Bool,
        settings -> Text,
        secret -> Nullable<Binary>,
        registration_token -> Nullable<Text>,
        secret_attributes -> Nullable<Binary>,
        created_at -> Nullable<BigInt>,
        updated_at -> Nullable<BigInt>,
        kind -> Nullable<Text>,
    }
}

diesel::table! {
    client_scopes (id) {
        id -> Text,
        realm_id -> Text,
        name -> Text,
        protocol -> Text,
        description -> Nullable<Text>,
        attributes -> Text,
    }
}

diesel::table! {
    protocol_mappers (id) {
        id -> Text,
        realm_id -> Text,
        owner_id -> Text,
        name -> Text,
        protocol -> Text,
        mapper -> Text,
        config -> Text,
    }
}

diesel::table! {
    scope_links (owner_id, scope_id) {
        owner_id -> Text,
        scope_id -> Text,
        realm_id -> Text,
        is_default -> Bool,
    }
}

diesel::table! {
    roles (id) {
        id -> Text,
        realm_id -> Text,
        container_id -> Text,
        client_role -> Bool,
        name -> Text,
        description -> Nullable<Text>,
        attributes -> Text,
    }
}

diesel::table! {
    role_composites (parent_id, child_id) {
        parent_id -> Text,
        child_id -> Text,
        realm_id -> Text,
    }
}

diesel::table! {
    scope_mappings (owner_id, role_id) {
        owner_id -> Text,
        role_id -> Text,
        realm_id -> Text,
    }
}

diesel::table! {
    flows (id) {
        id -> Text,
        realm_id -> Text,
        alias -> Text,
        description -> Nullable<Text>,
        provider_id -> Text,
        top_level -> Bool,
        built_in -> Bool,
    }
}

diesel::table! {
    executions (id) {
        id -> Text,
        realm_id -> Text,
        flow_id -> Text,
        authenticator -> Nullable<Text>,
        child_flow_id -> Nullable<Text>,
        config_id -> Nullable<Text>,
        requirement -> Text,
        priority -> BigInt,
    }
}

diesel::table! {
    authenticator_configs (id) {
        id -> Text,
        realm_id -> Text,
        alias -> Text,
        config -> Text,
        secrets -> Nullable<Binary>,
    }
}

diesel::table! {
    required_actions (realm_id, alias) {
        realm_id -> Text,
        alias -> Text,
        name -> Text,
        provider_id -> Text,
        enabled -> Bool,
        default_action -> Bool,
        priority -> BigInt,
        config -> Text,
    }
}

diesel::table! {
    groups (id) {
        id -> Text,
        realm_id -> Text,
        parent_id -> Text,
        name -> Text,
        description -> Nullable<Text>,
        attributes -> Text,
    }
}

diesel::table! {
    group_roles (group_id, role_id) {
        group_id -> Text,
        role_id -> Text,
        realm_id -> Text,
    }
}

diesel::table! {
    default_groups (realm_id, group_id) {
        realm_id -> Text,
        group_id -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        realm_id -> Text,
        username -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        email_verified -> Bool,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        enabled -> Bool,
        created_at -> BigInt,
        not_before -> BigInt,
        service_account_client -> Nullable<Text>,
        attributes -> Text,
        required_actions -> Text,
        search -> Text,
    }
}

diesel::table! {
    user_attributes (user_id, name, value) {
        user_id -> Text,
        name -> Text,
        value -> Text,
        realm_id -> Text,
        username -> Nullable<Text>,
    }
}

diesel::table! {
    federated_identities (user_id, provider) {
        user_id -> Text,
        provider -> Text,
        realm_id -> Text,
        external_id -> Text,
        external_name -> Nullable<Text>,
        tokens -> Nullable<Binary>,
    }
}

diesel::table! {
    departures (state) {
        state -> Binary,
        realm_id -> Text,
        browser -> Binary,
        provider -> Text,
        attempt_id -> Text,
        secrets -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    provider_trials (key) {
        key -> Binary,
        realm_id -> Text,
        provider -> Text,
        owner -> Text,
        home -> Text,
        outcome -> Nullable<Binary>,
        began_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    flow_versions (flow_id, number) {
        flow_id -> Text,
        number -> BigInt,
        realm_id -> Text,
        made_by -> Text,
        made_at -> BigInt,
        content -> Binary,
    }
}

diesel::table! {
    flow_drafts (flow_id) {
        flow_id -> Text,
        realm_id -> Text,
        revision -> BigInt,
        changed_by -> Text,
        changed_at -> BigInt,
        content -> Binary,
    }
}

diesel::table! {
    upstream_sessions (session_id, offline) {
        session_id -> Text,
        offline -> Bool,
        realm_id -> Text,
        provider -> Text,
        external_id -> Text,
        external_session -> Nullable<Text>,
        id_token -> Nullable<Binary>,
    }
}

diesel::table! {
    user_roles (user_id, role_id) {
        user_id -> Text,
        role_id -> Text,
        realm_id -> Text,
        username -> Nullable<Text>,
    }
}

diesel::table! {
    user_groups (user_id, group_id) {
        user_id -> Text,
        group_id -> Text,
        realm_id -> Text,
        username -> Nullable<Text>,
    }
}

diesel::table! {
    credentials (id) {
        id -> Text,
        realm_id -> Text,
        user_id -> Text,
        kind -> Text,
        label -> Nullable<Text>,
        created_at -> BigInt,
        priority -> BigInt,
        credential_data -> Text,
        secret_data -> Binary,
    }
}

diesel::table! {
    consents (user_id, client_uuid) {
        user_id -> Text,
        client_uuid -> Text,
        realm_id -> Text,
        scopes -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    login_limits (realm_id, subject, source) {
        realm_id -> Text,
        subject -> Text,
        source -> Text,
        failures -> BigInt,
        pending -> BigInt,
        last_attempt -> BigInt,
        not_before -> BigInt,
        begun -> Text,
    }
}

diesel::table! {
    known_devices (realm_id, user_id, digest) {
        realm_id -> Text,
        user_id -> Text,
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    login_failures (user_id) {
        user_id -> Text,
        realm_id -> Text,
        failures -> BigInt,
        last_failure -> BigInt,
        not_before -> BigInt,
        lockouts -> BigInt,
        last_ip -> Text,
    }
}

diesel::table! {
    attempts (id) {
        id -> Text,
        realm_id -> Text,
        browser -> Binary,
        tab_id -> Text,
        client_uuid -> Text,
        request -> Text,
        user_id -> Nullable<Text>,
        stage -> Text,
        notes -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sessions (id, offline) {
        id -> Text,
        offline -> Bool,
        realm_id -> Text,
        user_id -> Text,
        cookie -> Nullable<Binary>,
        started_at -> BigInt,
        last_access -> BigInt,
        auth_time -> BigInt,
        acr -> Text,
        amr -> Text,
        ip -> Text,
        user_agent -> Text,
        remember_me -> Bool,
        notes -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    client_sessions (session_id, offline, client_uuid) {
        session_id -> Text,
        offline -> Bool,
        client_uuid -> Text,
        realm_id -> Text,
        started_at -> BigInt,
        last_access -> BigInt,
        scope -> Text,
        notes -> Text,
    }
}

diesel::table! {
    codes (id) {
        id -> Text,
        realm_id -> Text,
        digest -> Binary,
        client_uuid -> Text,
        session_id -> Text,
        grant_data -> Text,
        expires_at -> BigInt,
        spent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> Text,
        realm_id -> Text,
        family -> Text,
        session_id -> Text,
        offline -> Bool,
        client_uuid -> Text,
        scope -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        uses -> BigInt,
        spent_at -> Nullable<BigInt>,
        child -> Nullable<Text>,
    }
}

diesel::table! {
    opaque_tokens (id) {
        id -> Text,
        realm_id -> Text,
        digest -> Binary,
        claims -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    replays (realm_id, kind, digest) {
        realm_id -> Text,
        kind -> Text,
        digest -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        realm_id -> Text,
        time -> BigInt,
        kind -> Text,
        client_id -> Nullable<Text>,
        user_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        ip -> Text,
        error -> Nullable<Text>,
        code -> Nullable<Text>,
        details -> Text,
    }
}

diesel::table! {
    admin_events (id) {
        id -> Text,
        realm_id -> Text,
        time -> BigInt,
        operation -> Text,
        resource_type -> Text,
        resource_path -> Text,
        auth -> Text,
        representation -> Nullable<Text>,
        error -> Nullable<Text>,
        number -> Nullable<BigInt>,
        link -> Nullable<Binary>,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        realm_id -> Text,
        kind -> Text,
        payload -> Text,
        created_at -> BigInt,
        due_at -> BigInt,
        attempts -> BigInt,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    nodes (id) {
        id -> Text,
        name -> Text,
        version -> Text,
        started_at -> BigInt,
        seen_at -> BigInt,
    }
}

diesel::table! {
    device_codes (id) {
        id -> Text,
        realm_id -> Text,
        digest -> Binary,
        user_digest -> Binary,
        client_uuid -> Text,
        grant_data -> Text,
        decision -> Text,
        session_id -> Nullable<Text>,
        next_poll_at -> BigInt,
        spent_at -> Nullable<BigInt>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    localization_locales (realm_id, locale) {
        realm_id -> Text,
        locale -> Text,
    }
}

diesel::table! {
    localization_texts (realm_id, locale, name) {
        realm_id -> Text,
        locale -> Text,
        name -> Text,
        text -> Text,
    }
}

diesel::joinable!(organization_domains -> organizations (organization_id));
diesel::joinable!(organization_members -> users (user_id));
diesel::joinable!(organization_group_members -> users (user_id));

diesel::table! {
    pushed_requests (id) {
        id -> Text,
        realm_id -> Text,
        digest -> Binary,
        client_uuid -> Text,
        parameters -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    console_sessions (id) {
        id -> Text,
        realm_id -> Text,
        digest -> Binary,
        session_id -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    key_steps (id) {
        id -> Text,
        realm_id -> Text,
        component_id -> Text,
        status -> Text,
        began_at -> BigInt,
    }
}

diesel::table! {
    recycle_bin (id) {
        id -> Text,
        realm_id -> Text,
        kind -> Text,
        object_id -> Text,
        name -> Text,
        deleted_by -> Text,
        deleted_at -> BigInt,
        expires_at -> BigInt,
        content -> Binary,
    }
}

diesel::table! {
    sign_ins (user_id) {
        user_id -> Text,
        realm_id -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    client_uses (client_uuid, day) {
        client_uuid -> Text,
        day -> BigInt,
        realm_id -> Text,
        count -> BigInt,
        last_at -> BigInt,
    }
}

diesel::table! {
    alert_rules (id) {
        id -> Text,
        realm_id -> Text,
        name -> Text,
        search -> Text,
        threshold -> BigInt,
        period -> BigInt,
        revision -> BigInt,
        fired_at -> Nullable<BigInt>,
        cleared_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_chains (realm_id) {
        realm_id -> Text,
        first_number -> BigInt,
        before_link -> Binary,
        last_number -> BigInt,
        last_link -> Binary,
        began_at -> BigInt,
        seal -> Binary,
    }
}

diesel::table! {
    key_fetches (realm_id, address, agent) {
        realm_id -> Text,
        address -> Text,
        agent -> Text,
        first_at -> BigInt,
        last_at -> BigInt,
        count -> BigInt,
    }
}

diesel::table! {
    saved_views (id) {
        id -> Text,
        realm_id -> Text,
        owner -> Text,
        page -> Text,
        name -> Text,
        query -> Text,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        realm_id -> Text,
        kind -> Text,
        state -> Text,
        actor -> Text,
        input -> Nullable<Binary>,
        total -> BigInt,
        handled -> BigInt,
        failed -> BigInt,
        report -> Text,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    directory_users (user_id) {
        user_id -> Text,
        realm_id -> Text,
        component_id -> Text,
        external_id -> Text,
        dn -> Text,
        seen_at -> BigInt,
    }
}

diesel::table! {
    directory_grants (user_id, target_id) {
        user_id -> Text,
        target_id -> Text,
        realm_id -> Text,
        mapper_id -> Text,
    }
}

diesel::table! {
    directory_targets (target_id) {
        target_id -> Text,
        realm_id -> Text,
        mapper_id -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    server_state,
    realms,
    components,
    identity_providers,
    identity_provider_mappers,
    resource_servers,
    authz_scopes,
    authz_resources,
    authz_policies,
    authz_tickets,
    organizations,
    organization_domains,
    organization_members,
    organization_invitations,
    organization_groups,
    organization_group_roles,
    organization_group_members,
    client_initial_access,
    workflows,
    workflow_triggers,
    workflow_runs,
    clients,
    client_scopes,
    protocol_mappers,
    scope_links,
    roles,
    role_composites,
    scope_mappings,
    flows,
    executions,
    authenticator_configs,
    required_actions,
    groups,
    group_roles,
    default_groups,
    users,
    user_attributes,
    federated_identities,
    user_roles,
    user_groups,
    credentials,
    consents,
    login_failures,
    login_limits,
    known_devices,
    attempts,
    sessions,
    client_sessions,
    codes,
    refresh_tokens,
    opaque_tokens,
    replays,
    events,
    admin_events,
    outbox,
    leases,
    nodes,
    device_codes,
    localization_locales,
    localization_texts,
    pushed_requests,
    console_sessions,
    key_steps,
    departures,
    provider_trials,
    flow_versions,
    flow_drafts,
    upstream_sessions,
    recycle_bin,
    sign_ins,
    client_uses,
    alert_rules,
    audit_chains,
    key_fetches,
    saved_views,
    jobs,
    directory_users,
    directory_grants,
    directory_targets,
);
