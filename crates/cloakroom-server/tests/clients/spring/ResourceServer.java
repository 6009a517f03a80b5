// An API behind Spring Security's resource server, configured by nothing but the issuer and the audience.
package orders;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class ResourceServer {
    public static void main(String[] arguments) {
        SpringApplication.run(ResourceServer.class, arguments);
    }

    @Bean
    SecurityFilterChain rules(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests -> requests
                        .requestMatchers("/public").permitAll()
                        .requestMatchers("/staff").hasRole("staff")
                        .requestMatchers("/orders").hasAuthority("SCOPE_profile")
                        .anyRequest().authenticated())
                .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
                .build();
    }

    /** Reads realm roles and scopes, the way projects with Keycloak do. */
    @Bean
    JwtAuthenticationConverter authorities() {
        JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
        converter.setPrincipalClaimName("preferred_username");
        converter.setJwtGrantedAuthoritiesConverter(ResourceServer::authoritiesOf);
        return converter;
    }

    private static Collection<GrantedAuthority> authoritiesOf(Jwt token) {
        Map<String, Object> access = token.getClaimAsMap("realm_access");
        List<?> roles = access == null ? List.of() : (List<?>) access.get("roles");
        String scope = token.getClaimAsString("scope");
        return Stream.concat(
                        roles.stream().map(role -> "ROLE_" + role),
                        Stream.of(scope == null ? new String[0] : scope.split(" ")).map(name -> "SCOPE_" + name))
                .map(name -> (GrantedAuthority) new SimpleGrantedAuthority(name))
                .toList();
    }

    @GetMapping("/public")
    String anyone() {
        return "anyone";
    }

    @GetMapping("/me")
    Map<String, Object> me(Authentication who) {
        return Map.of(
                "name", who.getName(),
                "authorities", who.getAuthorities().stream().map(GrantedAuthority::getAuthority).sorted().toList());
    }

    @GetMapping("/staff")
    String staff() {
        return "staff";
    }

    @GetMapping("/orders")
    String orders() {
        return "orders";
    }
}
