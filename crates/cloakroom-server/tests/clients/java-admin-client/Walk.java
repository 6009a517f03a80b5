// Calls everything that the client can read: each GET of each resource, down the tree of its interfaces.
package admin;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

final class Walk {
    /** Parts of the tree that a realm has to switch on, or that other suites walk. */
    private static final Set<String> CLOSED = Set.of(
            "clientTypes", "workflows", "authorization", "getPermissions", "verifiableCredentials", "userStorage", "getClientRotatedSecret",
            "getKeystore", "getSubcomponentConfig", "reloadKeys", "getRequiredActionConfig", "getConfiguredUserStorageCredentialTypes", "invitations", "groups@OrganizationResource");

    /** The names of what was made, by the interface or method that asks for one. */
    private final Map<String, String> names;

    Walk(Map<String, String> names) {
        this.names = names;
    }

    /** Reads what `resource` has, then goes on to what lies below it. */
    void from(Object resource, String place) {
        Class<?> type = resource.getClass().getInterfaces()[0];
        Method[] methods = type.getMethods();
        Arrays.sort(methods, Comparator.comparing(Method::toString));
        for (Method method : methods) {
            String at = place + "." + method.getName();
            boolean closed = CLOSED.contains(method.getName()) || CLOSED.contains(method.getName() + "@" + type.getSimpleName());
            Object[] values = closed ? null : values(type, method);
            if (values == null) continue;
            if (method.isAnnotationPresent(GET.class)) {
                Suite.test(at + "(" + method.getParameterCount() + ") is read", () -> check(call(resource, method, values)));
            } else if (method.getReturnType().getSimpleName().endsWith("Resource") && Arrays.stream(method.getAnnotations()).noneMatch(Walk::isVerb)) {
                Suite.test(at + " is there", () -> from(call(resource, method, values), at));
            }
        }
    }

    private static boolean isVerb(Annotation annotation) {
        return annotation.annotationType().getPackageName().equals(GET.class.getPackageName()) && !(annotation instanceof Path);
    }

    private static Object call(Object resource, Method method, Object[] values) throws Exception {
        try {
            return method.invoke(resource, values);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof Exception cause) throw cause;
            throw thrown;
        }
    }

    private static void check(Object answer) {
        if (answer instanceof Response response) {
            int status = response.getStatus();
            response.close();
            if (status >= 400) throw new IllegalStateException("answered " + status);
        }
        if (answer == null) throw new IllegalStateException("nothing was answered");
    }

    /** What to call a method with: nothing for what may be left out, a name for what the path needs; null if none is known. */
    private Object[] values(Class<?> type, Method method) {
        Parameter[] parameters = method.getParameters();
        Object[] values = new Object[parameters.length];
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].isAnnotationPresent(PathParam.class)) {
                String of = parameters[i].getAnnotation(PathParam.class).value();
                String name = type.getSimpleName() + "." + method.getName() + "." + of;
                values[i] = names.getOrDefault(name, names.get(type.getSimpleName() + "." + of));
                if (values[i] == null) return null;
            } else {
                values[i] = usual(parameters[i], type);
            }
        }
        return values;
    }

    private Object usual(Parameter parameter, Class<?> type) {
        Class<?> kind = parameter.getType();
        if (kind == boolean.class) return true;
        if (kind == long.class) return 0L;
        if (kind == int.class) return 0;
        if (kind == List.class) return List.of();
        String needed = Arrays.stream(parameter.getAnnotations())
                .filter(annotation -> annotation instanceof jakarta.ws.rs.QueryParam)
                .map(annotation -> names.get(type.getSimpleName() + "?" + ((jakarta.ws.rs.QueryParam) annotation).value()))
                .filter(java.util.Objects::nonNull)
                .findFirst().orElse(null);
        return kind == String.class ? needed : null;
    }
}
