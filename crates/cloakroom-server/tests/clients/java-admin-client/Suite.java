// Runs org.keycloak:keycloak-admin-client against one realm: makes and changes each kind of thing, then reads all that the
// client can read. Each test is a line of JSON; arguments: the server's address, the realm, the administrator's token.
package admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import org.jboss.resteasy.plugins.providers.jackson.ResteasyJackson2Provider;
import org.keycloak.admin.client.KeycloakBuilder;
import org.keycloak.admin.client.resource.RealmResource;

public final class Suite {
    private static final ObjectMapper LINES = new ObjectMapper();

    private Suite() {}

    public static void main(String[] arguments) {
        try (var http = ClientBuilder.newBuilder().register(new Strict(), 100).build();
                var keycloak = KeycloakBuilder.builder()
                        .serverUrl(arguments[0])
                        .realm("master")
                        .authorization(arguments[2])
                        .resteasyClient(http)
                        .build()) {
            RealmResource realm = keycloak.realm(arguments[1]);
            Making making = new Making(realm);
            making.all();
            Walk walk = new Walk(making.names);
            walk.from(keycloak.serverInfo(), "serverInfo");
            walk.from(realm, "realm");
            making.changes();
            making.removals();
        }
    }

    /** A step that may fail. */
    interface Step {
        void run() throws Exception;
    }

    /** Runs one test and prints what became of it. */
    static void test(String title, Step step) {
        String error = null;
        try {
            step.run();
        } catch (WebApplicationException refused) {
            error = refused.getMessage() + ": " + body(refused);
        } catch (Throwable thrown) {
            error = String.valueOf(thrown.getCause() == null ? thrown : thrown + ": " + thrown.getCause());
        }
        try {
            System.out.println(LINES.writeValueAsString(error == null ? Map.of("test", title) : Map.of("test", title, "error", error)));
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String body(WebApplicationException refused) {
        try {
            return refused.getResponse().readEntity(String.class);
        } catch (RuntimeException gone) {
            return "";
        }
    }

    /** Refuses members that the representation classes do not have, which the client by itself overlooks. */
    static final class Strict extends ResteasyJackson2Provider {
        private static final ObjectMapper MAPPER = new ObjectMapper()
                .setSerializationInclusion(JsonInclude.Include.NON_NULL)
                .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true)
                .registerModule(new Jdk8Module())
                .registerModule(new JavaTimeModule());

        @Override
        public ObjectMapper locateMapper(Class<?> type, MediaType mediaType) {
            return MAPPER;
        }
    }
}
