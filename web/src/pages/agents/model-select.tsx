// Chooses the model of an agent; those without a provider's key say so.
import { Autocomplete } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { modelsQuery } from "~/api/agents.ts";

/** The field. Models that the list does not know can be typed. */
export function ModelSelect({
  value,
  onChange,
  error,
}: {
  value: string | null;
  onChange: (model: string | null) => void;
  error?: string | undefined;
}) {
  const { data } = useQuery(modelsQuery);
  const models = data?.models ?? [];
  const chosen = models.find(({ id }) => id === value);
  const standard = models.find(({ is_default }) => is_default);
  const description = chosen
    ? chosen.is_enabled
      ? chosen.description
      : `${chosen.description} The provider has no key on this server.`
    : value
      ? "The list does not know this model; a provider may."
      : `Empty for the server's default${standard ? `, ${standard.display_name}` : ""}.`;
  return (
    <Autocomplete
      label="Model"
      description={description}
      placeholder={standard?.id ?? ""}
      data={models.map(({ id }) => id)}
      value={value ?? ""}
      onChange={(model) => onChange(model === "" ? null : model)}
      error={error}
    />
  );
}
